using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Unicode;
using Tidemark.Platform.Errors;

namespace Tidemark.Platform.Tabular.Readers;

/// <summary>Where a cell stands in the buffer. <c>End</c> is complemented when the cell holds doubled quotes that stand for one.</summary>
internal readonly record struct CsvCell(int Start, int End);

/// <summary>Where a row stands in the buffer, which cells are its own, and what is wrong with it.</summary>
internal struct CsvRow
{
    public int Start, End, FirstCell, Cells;
    public FaultKind Fault;
}

/// <summary>
/// Finds cells and rows in a stream of UTF-8: 64 bytes at a time are compared with the separator, quote and line ends, and only the hits are
/// looked at. Keeps the bytes of the rows found until the next search.
/// </summary>
internal sealed class CsvScanner(Stream stream, int maxRowBytes) : IDisposable
{
    private const int Vector = ByteWindow.Slack;
    private const int ShortReal = 17; // sign and 16 bytes; the window's slack lets them be read at its end

    private readonly ByteWindow window = new(stream);
    private CsvCell[] cells = ArrayPool<CsvCell>.Shared.Rent(4096);
    private CsvRow[] rows = new CsvRow[1024];
    private byte[] unquoted = [];

    /// <summary>Cells a row must have; 0 while the header is not known.</summary>
    public int Columns { get; set; }

    public byte Separator { get; set; } = (byte)',';

    /// <summary>The bytes that are searched, for <see cref="RowStarts"/> to go on in.</summary>
    public ByteWindow Window => window;

    /// <summary>Rows found by the last search.</summary>
    public int Rows { get; private set; }

    public ReadOnlySpan<CsvRow> Found => rows.AsSpan(0, Rows);

    /// <summary>Where in the stream the search goes on: the byte after the last row found.</summary>
    public long Position => window.Before + window.Start;

    /// <summary>Where in the stream a row found begins.</summary>
    public long PositionOf(in CsvRow row) => window.Before + row.Start;

    public ReadOnlySpan<byte> Text(in CsvRow row) => window.Bytes.AsSpan(row.Start..row.End);

    /// <summary>The text of a cell without its quotes. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Cell(int index)
    {
        CsvCell cell = cells[index];
        return cell.End >= 0 ? window.Bytes.AsSpan(cell.Start, cell.End - cell.Start) : Unquote(window.Bytes.AsSpan(cell.Start..~cell.End));
    }

    /// <summary>The numbers in every <paramref name="stride"/>th cell from one on; returns how many there are before the first that is no plain one, see <see cref="CellText.TryShortReal"/>.</summary>
    public int ShortReals(int first, int stride, Span<double> values)
    {
        ref byte bytes = ref MemoryMarshal.GetArrayDataReference(window.Bytes);
        ReadOnlySpan<CsvCell> found = cells;
        int done = 0;
        for (int index = first; done < values.Length; done++, index += stride)
        {
            CsvCell cell = found[index];
            int length = cell.End - cell.Start;
            if ((uint)length > ShortReal || !CellText.TryShortReal(ref Unsafe.Add(ref bytes, cell.Start), length, out values[done]))
                break;
        }

        return done;
    }

    /// <summary>Searches on. False at the end of the data. <paramref name="whole"/> bytes at most are read at once when it is not 0.</summary>
    public async ValueTask<Outcome<bool>> NextAsync(int maxRows, int whole, CancellationToken cancellation)
    {
        await window.RefillAsync(cancellation);
        while (!window.Final && window.End < whole)
            await window.FillAsync(cancellation);
        if (whole > 0 && !window.Final)
            return new Failure(FailureKind.TooLarge, "Too much to read at once", $"The data has more than {whole:N0} bytes: send it as a blob, which is read in batches.");
        Scan(maxRows);
        while (Rows == 0 && !window.Final)
        {
            if (window.Rest.Length > maxRowBytes)
                return TooLong();
            await window.FillAsync(cancellation);
            Scan(maxRows);
        }
        return Rows > 0;
    }

    /// <summary>The first bytes not yet searched, to look at before the first search.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> PeekAsync(CancellationToken cancellation)
    {
        await window.FillAsync(cancellation);
        return window.Bytes.AsMemory(window.Start..window.End);
    }

    public void Dispose()
    {
        window.Dispose();
        if (cells.Length > 0)
            ArrayPool<CsvCell>.Shared.Return(cells);
        cells = [];
    }

    public Failure TooLong() => new(FailureKind.TooLarge, "Row too long",
        $"A row of more than {maxRowBytes:N0} bytes begins with '{CsvReader.Shown(window.Rest)}': look for a quote that is never closed, or raise MaxRowBytes.");

    private void GrowCells(int count)
    {
        CsvCell[] larger = ArrayPool<CsvCell>.Shared.Rent(2 * cells.Length);
        cells.AsSpan(0, count).CopyTo(larger);
        ArrayPool<CsvCell>.Shared.Return(cells);
        cells = larger;
    }

    private void Scan(int maxRows)
    {
        int from = window.Start;
        Rows = 0;
        if (window.End > from)
            new Pass(this).Run(maxRows);
        ReadOnlySpan<byte> searched = window.Bytes.AsSpan(from..window.Start);
        if (searched.Contains((byte)0) || !Utf8.IsValid(searched))
            MarkBrokenRows();
    }

    private void MarkBrokenRows()
    {
        foreach (ref CsvRow row in rows.AsSpan(0, Rows))
        {
            ReadOnlySpan<byte> text = Text(row);
            if (text.Contains((byte)0))
                row.Fault = FaultKind.NulByte;
            else if (!Utf8.IsValid(text))
                row.Fault = FaultKind.InvalidUtf8;
        }
    }

    private ReadOnlySpan<byte> Unquote(ReadOnlySpan<byte> cell)
    {
        if (unquoted.Length < cell.Length)
            unquoted = new byte[Math.Max(cell.Length, 256)];
        int length = 0;
        while (cell.IndexOf("\"\""u8) is >= 0 and int at)
        {
            cell[..(at + 1)].CopyTo(unquoted.AsSpan(length));
            length += at + 1;
            cell = cell[(at + 2)..];
        }
        cell.CopyTo(unquoted.AsSpan(length));
        return unquoted.AsSpan(0, length + cell.Length);
    }

    /// <summary>One search through the buffer.</summary>
    private ref struct Pass(CsvScanner scanner)
    {
        private readonly byte[] buffer = scanner.window.Bytes;
        private readonly int end = scanner.window.End;
        private readonly bool final = scanner.window.Final;
        private readonly byte separator = scanner.Separator;
        private int cell = scanner.window.Start, row = scanner.window.Start, cellCount, firstCell;
        private FaultKind fault;

        public void Run(int maxRows)
        {
            int at = cell;
            bool more = true;
            while (more && at < end && scanner.Rows < maxRows)
            {
                if (scanner.cells.Length - cellCount <= Vector) // as many as 64 bytes can end, and the last
                    scanner.GrowCells(cellCount);
                more = Chunk(ref at, maxRows);
            }
            if (more && final && at >= end && row < end && scanner.Rows < maxRows)
            {
                AddCell(cell, end);
                CloseRow(end, end);
            }
            scanner.window.Start = row;
        }

        /// <summary>Looks at the hits in 64 bytes. False when the row under way needs more data than there is.</summary>
        private bool Chunk(ref int at, int maxRows)
        {
            int chunk = at;
            ulong others = Hits(chunk, out ulong separators), hits = separators | others;
            CsvCell[] cells = scanner.cells;
            at += Vector;
            while (hits != 0)
            {
                int place = BitOperations.TrailingZeroCount(hits), hit = chunk + place;
                hits &= hits - 1;
                if ((separators >> place & 1) != 0)
                {
                    cells[cellCount++] = new CsvCell(cell, hit);
                    cell = hit + 1;
                    continue;
                }

                byte found = buffer[hit];
                if (found != '"')
                {
                    if (found == '\r' && hit + 1 < end && buffer[hit + 1] == '\n')
                        continue;
                    if (found == '\r' && hit + 1 == end && !final)
                        return false;
                    int stop = found == '\n' && hit > cell && buffer[hit - 1] == '\r' ? hit - 1 : hit;
                    AddCell(cell, stop);
                    CloseRow(stop, hit + 1);
                    if (scanner.Rows == maxRows)
                        return true;
                }
                else if (hit == cell)
                {
                    int next = Quoted(hit);
                    if (next < 0 || scanner.Rows == maxRows)
                        return next >= 0;
                    if (next >= chunk + Vector)
                    {
                        at = next;
                        return true;
                    }
                    hits &= ulong.MaxValue << (next - chunk);
                }
            }
            return true;
        }

        /// <summary>Takes a cell that begins with a quote at <paramref name="open"/>; returns where to search on, -1 when more data is needed.</summary>
        private int Quoted(int open)
        {
            int close = open + 1;
            bool doubled = false;
            while (true)
            {
                int quote = buffer.AsSpan(close..end).IndexOf((byte)'"');
                if (quote < 0 || close + quote + 1 == end && !final)
                    return quote < 0 && final ? Unclosed(open) : -1;
                close += quote;
                if (close + 1 == end || buffer[close + 1] != '"')
                    break;
                doubled = true;
                close += 2;
            }
            int next = close + 1, stop = doubled ? ~close : close;
            if (next < end && buffer[next] == '\r' && next + 1 == end && !final)
                return -1;
            if (next < end && buffer[next] == separator)
            {
                AddCell(open + 1, stop);
                return cell = next + 1;
            }
            if (next == end || buffer[next] is (byte)'\n' or (byte)'\r')
            {
                AddCell(open + 1, stop);
                CloseRow(next, next == end ? end : buffer[next] == '\r' && next + 1 < end && buffer[next + 1] == '\n' ? next + 2 : next + 1);
                return row;
            }
            fault = FaultKind.TextAfterQuote;
            return next;
        }

        private int Unclosed(int open)
        {
            fault = FaultKind.UnclosedQuote;
            AddCell(open, end);
            CloseRow(end, end);
            return end;
        }

        private void AddCell(int from, int to) => scanner.cells[cellCount++] = new CsvCell(from, to);

        private void CloseRow(int stop, int next)
        {
            bool blank = stop == row && cellCount - firstCell <= 1;
            if (blank)
            {
                cellCount = firstCell;
            }
            else
            {
                if (scanner.Rows == scanner.rows.Length)
                    Array.Resize(ref scanner.rows, 2 * scanner.Rows);
                int count = cellCount - firstCell;
                if (fault == FaultKind.None && count != scanner.Columns && scanner.Columns > 0)
                    fault = FaultKind.Ragged;
                scanner.rows[scanner.Rows++] = new CsvRow { Start = row, End = stop, FirstCell = firstCell, Cells = count, Fault = fault };
            }
            fault = FaultKind.None;
            firstCell = cellCount;
            row = cell = next;
        }

        /// <summary>Quotes and line ends in 64 bytes, and separators.</summary>
        private readonly ulong Hits(int at, out ulong separators)
        {
            ref byte first = ref MemoryMarshal.GetArrayDataReference(buffer);
            ulong others;
            if (Vector512.IsHardwareAccelerated)
            {
                Vector512<byte> text = Vector512.LoadUnsafe(ref first, (nuint)at);
                separators = Vector512.Equals(text, Vector512.Create(separator)).ExtractMostSignificantBits();
                others = (Vector512.Equals(text, Vector512.Create((byte)'"')) | Vector512.Equals(text, Vector512.Create((byte)'\n'))
                    | Vector512.Equals(text, Vector512.Create((byte)'\r'))).ExtractMostSignificantBits();
            }
            else
            {
                others = Half(ref first, at, out uint left) | (ulong)Half(ref first, at + 32, out uint right) << 32;
                separators = left | (ulong)right << 32;
            }

            int rest = end - at;
            ulong own = rest >= Vector ? ulong.MaxValue : (1UL << rest) - 1;
            separators &= own;
            return others & own;
        }

        private readonly uint Half(ref byte first, int at, out uint separators)
        {
            Vector256<byte> text = Vector256.LoadUnsafe(ref first, (nuint)at);
            separators = Vector256.Equals(text, Vector256.Create(separator)).ExtractMostSignificantBits();
            return (Vector256.Equals(text, Vector256.Create((byte)'"')) | Vector256.Equals(text, Vector256.Create((byte)'\n'))
                | Vector256.Equals(text, Vector256.Create((byte)'\r'))).ExtractMostSignificantBits();
        }
    }
}
