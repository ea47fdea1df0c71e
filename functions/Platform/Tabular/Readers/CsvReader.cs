using System.Diagnostics.CodeAnalysis;
using System.Text;
using Tidemark.Platform.Errors;

namespace Tidemark.Platform.Tabular.Readers;

/// <summary>Reads CSV, plain or gzip, in UTF-8, or in UTF-16 or UTF-32 with a byte order mark. Allocates nothing per row or cell.</summary>
public sealed class CsvReader : TableReader
{
    /// <summary>Rows and cells with a fault held at once; more come with the next batch.</summary>
    private const int MostFaults = 1024;

    /// <summary>A batch of very wide rows is cut so that its cells stay within some MB.</summary>
    private const int MostCells = 1 << 18;

    private readonly CsvOptions options;
    private readonly CsvScanner scanner;
    private readonly CsvColumn[] columns;
    private readonly List<ReadFault> faults = [];
    private readonly List<ReadFault> notices = [];
    private readonly HashSet<string> noticed = new(StringComparer.Ordinal);
    private int next, first, nextRun = int.MaxValue;

    private CsvReader(CsvOptions options, CsvScanner scanner, IReadOnlyList<string> names)
    {
        (this.options, this.scanner) = (options, scanner);
        columns = [.. names.Select((name, place) => new CsvColumn(name, place, options.Kinds.TryGetValue(name, out ColumnKind kind) ? kind : options.OtherKinds, options.OnlyEmptyIsMissing))];
        scanner.Columns = columns.Length;
        next = scanner.Rows; // past the header line
        Batch = new Table([.. columns.Select(c => c.Cells)]);
    }

    public override IReadOnlyList<ReadFault> Faults => faults;

    public override IReadOnlyList<ReadFault> Notices => notices;

    /// <summary>Names of the columns in the order of the data.</summary>
    public IEnumerable<string> Names => columns.Select(c => c.Name);

    /// <summary>Reads the header line. The reader owns the stream from here on, also when this fails.</summary>
    public static ValueTask<Outcome<CsvReader>> OpenAsync(Stream stream, CsvOptions options, CancellationToken cancellation) =>
        GuardAsync(OpenPlainAsync(stream, options, cancellation));

    public override ValueTask<Outcome<bool>> ReadAsync(CancellationToken cancellation)
    {
        faults.Clear();
        return next < scanner.Rows && Advance() ? new(true) : GuardAsync(ReadOnAsync(cancellation));
    }

    public override ReadOnlySpan<byte> RowText(int row) => scanner.Text(scanner.Found[first + row]);

    /// <summary>A cell of row <paramref name="row"/> of <see cref="TableReader.Batch"/> as it was written, without its quotes. Valid until the next call.</summary>
    internal ReadOnlySpan<byte> Cell(int row, int column) => scanner.Cell(scanner.Found[first + row].FirstCell + column);

    public override Table Detach(Table? spare)
    {
        Table batch = Batch;
        for (int i = 0; i < columns.Length; i++)
            columns[i].Renew(spare?.Columns[i]);
        Batch = Holds(spare) ? spare : new Table([.. columns.Select(c => c.Cells)]);
        return batch;
    }

    /// <summary>The beginning of a text, as messages show it.</summary>
    internal static string Shown(ReadOnlySpan<byte> text)
    {
        string shown = Encoding.UTF8.GetString(text[..Math.Min(text.Length, 400)]);
        return shown.Length <= 100 ? shown : shown[..100];
    }

    protected override void Dispose(bool disposing) => scanner.Dispose();

    private static async ValueTask<Outcome<CsvReader>> OpenPlainAsync(Stream stream, CsvOptions options, CancellationToken cancellation)
    {
        Outcome<Stream> source = options.Plain ? stream : await Utf8Source.OpenAsync(stream, cancellation);
        if (!source.Ok)
            return source.As<CsvReader>();
        var scanner = new CsvScanner(source.Value, options.MaxRowBytes);
        ReadOnlyMemory<byte> beginning = await scanner.PeekAsync(cancellation);
        scanner.Separator = (byte)(options.Separator ?? CsvHeader.Separator(beginning.Span));
        if (options.Header is not null)
            return new CsvReader(options, scanner, options.Header);
        Outcome<bool> found = await scanner.NextAsync(1, 0, cancellation);
        Outcome<string[]> names = found.Ok ? CsvHeader.Names(scanner, options.MaxColumns) : found.As<string[]>();
        if (names.Ok)
            return new CsvReader(options, scanner, names.Value);
        scanner.Dispose();
        return names.As<CsvReader>();
    }

    private async ValueTask<Outcome<bool>> ReadOnAsync(CancellationToken cancellation)
    {
        int rows = options.Whole ? int.MaxValue : Math.Clamp(MostCells / Math.Max(1, columns.Length), 1, options.BatchRows);
        do
        {
            Outcome<bool> more = await scanner.NextAsync(rows, options.Whole ? options.MaxWholeBytes : 0, cancellation);
            if (!more.Ok || !more.Value)
            {
                Empty();
                return more.Ok ? faults.Count > 0 : more;
            }
            (next, nextRun) = (0, int.MaxValue);
            if (options.Whole)
                SettleKinds();
        }
        while (!Advance());
        return true;
    }

    /// <summary>Goes on in the rows found: past rows at fault, then through a run of readable ones. False when there is nothing to show.</summary>
    private bool Advance()
    {
        Empty();
        while (next < scanner.Rows && faults.Count < MostFaults)
        {
            ref readonly CsvRow row = ref scanner.Found[next];
            if (row.Fault != FaultKind.None)
                Skip(row, row.Fault);
            else if (ReadRun() || faults.Count >= MostFaults)
                return true;
        }
        Empty();
        return faults.Count > 0;
    }

    /// <summary>Rows at fault cut what is read whole into several batches: settles the kind of every column over all of them first.</summary>
    private void SettleKinds()
    {
        int from = 0;
        while (from < scanner.Rows)
        {
            int run = 0;
            while (from + run < scanner.Rows && scanner.Found[from + run].Fault == FaultKind.None)
                run++;
            foreach (CsvColumn column in columns)
            {
                for (int done = 0; done < run; done++)
                    done += column.Fill(scanner, from + done, run - done);
            }
            from += run + 1;
        }
    }

    /// <summary>Reads rows up to the next one at fault. After a cell at fault the next attempt is short, so that bad data stays cheap.</summary>
    private bool ReadRun()
    {
        int run = 1;
        while (next + run < scanner.Rows && run < nextRun && scanner.Found[next + run].Fault == FaultKind.None)
            run++;
        int good = run;
        foreach (CsvColumn column in columns)
            good = Math.Min(good, column.Fill(scanner, next, good));
        nextRun = good == run ? int.MaxValue : Math.Max(16, 2 * good);
        if (good == 0)
        {
            SkipCells(scanner.Found[next]);
            return false;
        }
        if (good < run)
            return ReadRunOf(good);
        Show(good);
        return true;
    }

    private bool ReadRunOf(int rows)
    {
        foreach (CsvColumn column in columns)
            column.Fill(scanner, next, rows);
        Show(rows);
        return true;
    }

    private void Show(int rows)
    {
        if (!Holds(Batch))
            Batch = new Table([.. columns.Select(c => c.Cells)]);
        Batch.Filled(rows, Rows);
        first = next;
        next += rows;
        NoticeDecimalCommas();
        Rows += rows;
    }

    /// <summary>Whether the table's columns are those that are filled now.</summary>
    private bool Holds([NotNullWhen(true)] Table? table)
    {
        bool same = table is not null;
        for (int i = 0; same && i < columns.Length; i++)
            same = ReferenceEquals(table!.Columns[i], columns[i].Cells);
        return same;
    }

    private void Empty()
    {
        foreach (CsvColumn column in columns)
            column.Cells.Clear();
        Batch.Clear();
        Batch.Filled(0, Rows);
    }

    private void Skip(in CsvRow row, FaultKind kind)
    {
        ReadOnlySpan<byte> text = scanner.Text(row);
        faults.Add(CsvFaults.OfRow(Rows, kind, text, row.Cells, columns.Length));
        Rows++;
        next++;
    }

    private void SkipCells(in CsvRow row)
    {
        string text = Encoding.UTF8.GetString(scanner.Text(row));
        for (int i = 0; i < columns.Length; i++)
        {
            ReadOnlySpan<byte> cell = scanner.Cell(row.FirstCell + i);
            FaultKind kind = columns[i].Check(cell);
            if (kind != FaultKind.None)
                faults.Add(CsvFaults.OfCell(Rows, kind, columns[i].Cells, cell, text));
        }
        Rows++;
        next++;
    }

    /// <summary>The first text of a text column is looked at once: numbers with decimal commas are read as text, which is seldom meant.</summary>
    private void NoticeDecimalCommas()
    {
        foreach (CsvColumn column in columns)
        {
            if (column.Cells is not TextColumn texts || noticed.Contains(column.Name) || texts.Present.IndexOf(true) is not (>= 0 and int row))
                continue;
            noticed.Add(column.Name);
            if (CellText.HasDecimalComma(texts.Utf8(row)) && !options.Kinds.ContainsKey(column.Name))
                notices.Add(CsvFaults.OfCell(Rows + row, FaultKind.DecimalComma, texts, texts.Utf8(row), Encoding.UTF8.GetString(RowText(row))));
        }
    }
}
