using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Tabular.Sketches;

namespace Tidemark.Platform.Tabular.Readers;

/// <summary>
/// Reads JSON lines, plain or gzip, in UTF-8, or in UTF-16 or UTF-32 with a byte order mark. Keys become columns in the order they are
/// met; an absent key and null are missing. Allocates nothing per row while the kinds of values stay what they were.
/// </summary>
public sealed class JsonLinesReader : TableReader
{
    private const int MostFaults = 1024;

    private readonly JsonLinesOptions options;
    private readonly ByteWindow window;
    private readonly List<JsonColumn> columns = [];
    private readonly Dictionary<ulong, int> places = [];
    private readonly List<(int Start, int End)> rows = [];
    private readonly List<ReadFault> faults = [];
    private byte[] scratch = new byte[256];
    private FaultKind fault;
    private string? faultColumn;

    private JsonLinesReader(JsonLinesOptions options, ByteWindow window) => (this.options, this.window) = (options, window);

    public override IReadOnlyList<ReadFault> Faults => faults;

    public override IReadOnlyList<ReadFault> Notices => [];

    /// <summary>The reader owns the stream from here on, also when this fails.</summary>
    public static ValueTask<Outcome<JsonLinesReader>> OpenAsync(Stream stream, JsonLinesOptions options, CancellationToken cancellation) =>
        GuardAsync(OpenPlainAsync(stream, options, cancellation));

    public override ValueTask<Outcome<bool>> ReadAsync(CancellationToken cancellation) => GuardAsync(ReadOnAsync(cancellation));

    public override ReadOnlySpan<byte> RowText(int row) => window.Bytes.AsSpan(rows[row].Start..rows[row].End);

    public override Table Detach(Table? spare)
    {
        Table batch = Batch;
        foreach (JsonColumn column in columns)
            column.Renew(spare?.Find(column.Name));
        Batch = new Table([]);
        return batch;
    }

    protected override void Dispose(bool disposing) => window.Dispose();

    private static async ValueTask<Outcome<JsonLinesReader>> OpenPlainAsync(Stream stream, JsonLinesOptions options, CancellationToken cancellation)
    {
        Outcome<Stream> source = options.Plain ? stream : await Utf8Source.OpenAsync(stream, cancellation);
        if (!source.Ok)
            return source.As<JsonLinesReader>();
        var window = new ByteWindow(source.Value);
        await window.FillAsync(cancellation);
        if (options.Plain || window.Rest.TrimStart(" \t\r\n"u8) is not [(byte)'[', ..])
            return new JsonLinesReader(options, window);
        window.Dispose();
        return new Failure(FailureKind.Malformed, "Not JSON lines", "The data begins with '[', as one JSON array does: write one object a line, without brackets and commas around.");
    }

    private async ValueTask<Outcome<bool>> ReadOnAsync(CancellationToken cancellation)
    {
        faults.Clear();
        rows.Clear();
        foreach (JsonColumn column in columns)
            column.Clear();
        long firstRow = Rows;
        await window.RefillAsync(cancellation);
        while (rows.Count < options.BatchRows && faults.Count < MostFaults)
        {
            int length = window.Rest.IndexOf((byte)'\n');
            if (length < 0 && !window.Final)
            {
                if (rows.Count > 0)
                    break;
                if (window.Rest.Length > options.MaxRowBytes)
                    return TooLong();
                await window.FillAsync(cancellation);
                continue;
            }
            if (length < 0 && window.Rest.IsEmpty)
                break;
            bool last = length < 0;
            Outcome<bool> taken = Take(last ? window.Rest.Length : length, ref firstRow);
            if (!taken.Ok)
                return taken;
            if (!taken.Value)
                break;
            window.Start = Math.Min(window.Start + (last ? window.Rest.Length : length + 1), window.End);
        }
        Show(firstRow);
        return rows.Count + faults.Count > 0;
    }

    /// <summary>Takes the line at the start of the window. False when it is at fault and there are rows to show first.</summary>
    private Outcome<bool> Take(int length, ref long firstRow)
    {
        ReadOnlySpan<byte> line = window.Rest[..length].TrimEnd("\r "u8);
        if (line.IsEmpty)
            return true;
        int known = columns.Count;
        (fault, faultColumn) = (FaultKind.None, null);
        Find(line);
        if (columns.Count > options.MaxColumns)
            return new Failure(FailureKind.TooLarge, "Too many columns", $"The lines name more than {options.MaxColumns:N0} keys; at most so many are read.");
        if (fault != FaultKind.None && rows.Count > 0)
        {
            Forget(known);
            return false;
        }
        Rows++;
        if (fault != FaultKind.None)
        {
            Forget(known);
            faults.Add(Fault(line));
            firstRow = Rows;
            return true;
        }
        foreach (JsonColumn column in columns)
            column.Append(line, scratch);
        rows.Add((window.Start, window.Start + line.Length));
        return true;
    }

    /// <summary>Notes where each value of the line stands, and what is wrong with the line.</summary>
    private void Find(ReadOnlySpan<byte> line)
    {
        foreach (JsonColumn column in columns)
            column.Found = default;
        if (scratch.Length < line.Length)
            scratch = new byte[2 * line.Length];
        if (!Utf8.IsValid(line))
        {
            fault = FaultKind.InvalidUtf8;
            return;
        }
        try
        {
            FindValues(line);
        }
        catch (JsonException)
        {
            fault = line.Contains((byte)0) ? FaultKind.NulByte : FaultKind.NotJson;
        }
        catch (InvalidOperationException) // an escape such as \ud800 that stands for half a character
        {
            fault = FaultKind.InvalidUtf8;
        }
    }

    private void FindValues(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            fault = FaultKind.NotAnObject;
            return;
        }
        int guess = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            JsonColumn column = Column(ref reader, ref guess);
            bool twice = column.Found.Type != JsonTokenType.None;
            reader.Read();
            int start = (int)reader.TokenStartIndex + (reader.TokenType == JsonTokenType.String ? 1 : 0);
            JsonTokenType type = reader.TokenType;
            bool escaped = type == JsonTokenType.String && reader.ValueIsEscaped;
            if (escaped)
                reader.CopyString(scratch);
            reader.Skip();
            int end = (int)reader.BytesConsumed - (type == JsonTokenType.String ? 1 : 0);
            column.Found = new JsonCell(type, start, end - start, escaped);
            FaultKind wrong = twice ? FaultKind.DuplicateKey : column.Check(line);
            if (fault == FaultKind.None && wrong != FaultKind.None)
                (fault, faultColumn) = (wrong, column.Name);
        }
        reader.Read();
    }

    /// <summary>The column of the key that the reader stands on; the one after the last is tried first.</summary>
    private JsonColumn Column(ref Utf8JsonReader reader, ref int guess)
    {
        ReadOnlySpan<byte> key = reader.ValueIsEscaped ? scratch.AsSpan(0, reader.CopyString(scratch)) : reader.ValueSpan;
        if (guess >= columns.Count || !columns[guess].Utf8.SequenceEqual(key))
        {
            ulong hash = ValueHash.Of(key);
            if (!places.TryGetValue(hash, out guess))
                places.Add(hash, guess = Add(key));
        }
        return columns[guess++];
    }

    private int Add(ReadOnlySpan<byte> key)
    {
        string name = Encoding.UTF8.GetString(key);
        var column = new JsonColumn(name, key.ToArray(), options.Kinds.TryGetValue(name, out ColumnKind kind) ? kind : null);
        for (int row = 0; row < rows.Count; row++)
            column.Cells.AppendMissing();
        columns.Add(column);
        return columns.Count - 1;
    }

    /// <summary>Takes back the columns that only a line at fault has named.</summary>
    private void Forget(int known)
    {
        for (int i = known; i < columns.Count; i++)
            places.Remove(ValueHash.Of(columns[i].Utf8));
        columns.RemoveRange(known, columns.Count - known);
    }

    private void Show(long firstRow)
    {
        bool same = Batch.Columns.Count == columns.Count;
        for (int i = 0; same && i < columns.Count; i++)
            same = ReferenceEquals(Batch.Columns[i], columns[i].Cells);
        if (!same)
            Batch = new Table([.. columns.Select(c => c.Cells)]);
        Batch.Filled(rows.Count, firstRow);
    }

    private Failure TooLong() => new(FailureKind.TooLarge, "Row too long",
        $"A line of more than {options.MaxRowBytes:N0} bytes begins with '{CsvReader.Shown(window.Rest)}': write one object a line, or raise MaxRowBytes.");

    private ReadFault Fault(ReadOnlySpan<byte> line)
    {
        JsonColumn? column = columns.Find(c => c.Name == faultColumn);
        string value = CsvReader.Shown(column is null || fault == FaultKind.DuplicateKey ? line : line.Slice(column.Found.Start, column.Found.Length));
        return new(Rows - 1, fault, faultColumn, value, fault switch
        {
            FaultKind.NotJson => "The line is not JSON: write one object a line, quotes around keys and texts, null for a missing value (NaN is no JSON).",
            FaultKind.NotAnObject => "The line is JSON but no object: write {\"column\": value, …}.",
            FaultKind.DuplicateKey => $"The line names '{faultColumn}' twice: give each key one value.",
            FaultKind.NumberOutOfRange => $"Column '{faultColumn}' holds 64-bit floating-point numbers, up to 1.798e308, and this one is beyond: correct the number.",
            FaultKind.WrongKind => $"Column '{faultColumn}' is declared as {column?.Cells.Kind}: send a value of that kind or null.",
            FaultKind.NulByte => "The line holds a NUL byte: send the data again as UTF-8.",
            _ => "The line is not valid UTF-8 or has an escape that stands for half a character: save the data as UTF-8.",
        }, Encoding.UTF8.GetString(line));
    }
}
