using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Tidemark.Platform.Tabular.Readers;

/// <summary>
/// Finds where rows of CSV begin without looking at their cells, by the rules of <see cref="CsvScanner"/>: a quote that begins a cell hides line
/// ends and separators up to its end, any other quote means nothing; blank lines are no rows. 64 bytes at a time; between two quotes only line
/// ends are looked at.
/// </summary>
internal ref struct RowStarts
{
    private const int Vector = ByteWindow.Slack;

    private readonly byte[] buffer;
    private readonly int end;
    private readonly bool final;
    private readonly byte separator;
    private readonly long before;
    private readonly List<long> starts;
    private int row;

    private RowStarts(ByteWindow window, byte separator, List<long> starts)
    {
        (buffer, end, final, before, row) = (window.Bytes, window.End, window.Final, window.Before, window.Start);
        (this.separator, this.starts) = (separator, starts);
    }

    /// <summary>Takes the whole rows of the window: adds where in the stream they begin, and moves the window's start past them.</summary>
    public static void Take(ByteWindow window, byte separator, List<long> starts)
    {
        var search = new RowStarts(window, separator, starts);
        search.Run();
        window.Start = search.row;
    }

    private void Run()
    {
        int at = row;
        while (at < end)
        {
            ulong lines = Hits(at, (byte)'\n', (byte)'\r'), quotes = Hits(at, (byte)'"', (byte)'"');
            int next = quotes == 0 ? Lines(at, lines) : Mixed(at, lines | quotes);
            if (next < 0)
                return;
            at = next;
        }

        if (final && row < end)
            Close(end, end);
    }

    /// <summary>Takes 64 bytes without a quote; returns where to go on, -1 when more data is needed.</summary>
    private int Lines(int at, ulong hits)
    {
        while (hits != 0)
        {
            int hit = at + BitOperations.TrailingZeroCount(hits);
            hits &= hits - 1;
            if (!Line(hit))
                return -1;
        }

        return at + Vector;
    }

    private int Mixed(int at, ulong hits)
    {
        while (hits != 0)
        {
            int hit = at + BitOperations.TrailingZeroCount(hits);
            hits &= hits - 1;
            if (buffer[hit] != '"')
            {
                if (!Line(hit))
                    return -1;
            }
            else if (hit == row || buffer[hit - 1] == separator)
            {
                int next = Quoted(hit);
                if (next < 0 || next >= at + Vector)
                    return next;
                hits &= ulong.MaxValue << (next - at);
            }
        }

        return at + Vector;
    }

    /// <summary>Takes a line end. False when what follows must be known and is not there yet.</summary>
    private bool Line(int hit)
    {
        if (buffer[hit] == '\r')
        {
            if (hit + 1 == end && !final)
                return false;
            if (hit + 1 < end && buffer[hit + 1] == '\n')
                return true; // the row ends at the \n
        }

        Close(buffer[hit] == '\n' && hit > row && buffer[hit - 1] == '\r' ? hit - 1 : hit, hit + 1);
        return true;
    }

    /// <summary>Goes past the end of a cell that begins with a quote; returns where to go on, -1 when more data is needed.</summary>
    private readonly int Quoted(int open)
    {
        int close = open + 1;
        while (true)
        {
            int quote = buffer.AsSpan(close..end).IndexOf((byte)'"');
            if (quote < 0)
                return final ? end : -1;
            close += quote + 1;
            if (close == end)
                return final ? end : -1;
            if (buffer[close] != '"')
                return close;
            close++;
        }
    }

    private void Close(int stop, int next)
    {
        if (stop > row)
            starts.Add(before + row);
        row = next;
    }

    private readonly ulong Hits(int at, byte one, byte other)
    {
        ref byte first = ref MemoryMarshal.GetArrayDataReference(buffer);
        ulong hits;
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<byte> text = Vector512.LoadUnsafe(ref first, (nuint)at);
            hits = (Vector512.Equals(text, Vector512.Create(one)) | Vector512.Equals(text, Vector512.Create(other))).ExtractMostSignificantBits();
        }
        else
        {
            hits = Half(ref first, at, one, other) | (ulong)Half(ref first, at + 32, one, other) << 32;
        }

        int left = end - at;
        return left >= Vector ? hits : hits & ((1UL << left) - 1);
    }

    private static uint Half(ref byte first, int at, byte one, byte other)
    {
        Vector256<byte> text = Vector256.LoadUnsafe(ref first, (nuint)at);
        return (Vector256.Equals(text, Vector256.Create(one)) | Vector256.Equals(text, Vector256.Create(other))).ExtractMostSignificantBits();
    }
}
