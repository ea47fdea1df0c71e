using System.Buffers.Text;
using Microsoft.ML.OnnxRuntime;
using Tidemark.Benchmarks.Models;

namespace Tidemark.Benchmarks.Batch;

/// <summary>
/// The limit on local files: 1 MB reads, numbers read from spans straight into the block that the session is bound to, results formatted
/// into one buffer. It knows that every cell is a number and checks nothing else. Threads share the file and write in its order.
/// </summary>
/// <param name="session">Null: only read and parse.</param>
internal sealed class SpanPipeline(InferenceSession? session, Stream input, Stream output) : IDisposable
{
    private const int Chunk = 1 << 20, LongestRow = 1 << 14;
    private static readonly double[] PowersOfTen = [.. Enumerable.Range(0, 16).Select(e => Math.Pow(10, e))];
    private readonly Lock reading = new();
    private readonly Lock writing = new();
    private readonly byte[] carried = new byte[LongestRow];
    private readonly SortedDictionary<int, (byte[] Text, int Length)> ready = [];
    private int carriedLength, chunks, written;
    private bool ended;
    private long rows;
    private double sum;

    public (long Rows, double Sum) Run(int threads)
    {
        SkipHeader();
        output.Write("label,probability\n"u8);
        Thread[] more = [.. Enumerable.Range(1, threads - 1).Select(_ => new Thread(Work))];
        foreach (Thread thread in more) thread.Start();
        Work();
        foreach (Thread thread in more) thread.Join();
        return (rows, sum);
    }

    public void Dispose()
    {
        input.Dispose();
        output.Dispose();
    }

    private void SkipHeader()
    {
        int read = input.ReadAtLeast(carried, 1);
        int start = Array.IndexOf(carried, (byte)'\n', 0, read) + 1;
        carried.AsSpan(start, read - start).CopyTo(carried);
        carriedLength = read - start;
    }

    private void Work()
    {
        using BatchScorer? scorer = session is null ? null : new BatchScorer(session);
        float[] block = scorer?.Input ?? new float[BatchScorer.Rows * BenchmarkModels.Features];
        byte[] chunk = new byte[LongestRow + Chunk];
        long mine = 0;
        while (TakeChunk(chunk, out int number, out int length))
        {
            byte[] text = new byte[length / 8]; // a row of 30 numbers is longer than eight of its results
            int at = 0, filled = 0;
            while (at < length)
            {
                int count = ParseRows(chunk.AsSpan(0, length), ref at, block);
                mine += count;
                if (scorer is null) continue;
                scorer.Score(count);
                filled += scorer.Format(count, text.AsSpan(filled));
            }
            Write(number, text, filled);
        }
        lock (writing) (rows, sum) = (rows + mine, sum + (scorer?.Sum ?? 0));
    }

    /// <summary>The next part of the file that ends with a line.</summary>
    private bool TakeChunk(byte[] chunk, out int number, out int length)
    {
        lock (reading)
        {
            (number, length) = (chunks++, 0);
            if (ended) return false;
            carried.AsSpan(0, carriedLength).CopyTo(chunk);
            int read = carriedLength + input.ReadAtLeast(chunk.AsSpan(carriedLength, Chunk), Chunk, throwOnEndOfStream: false);
            ended = read < carriedLength + Chunk;
            length = ended ? read : chunk.AsSpan(0, read).LastIndexOf((byte)'\n') + 1;
            carriedLength = read - length;
            chunk.AsSpan(length, carriedLength).CopyTo(carried);
            return length > 0;
        }
    }

    private void Write(int number, byte[] text, int length)
    {
        lock (writing)
        {
            ready.Add(number, (text, length));
            for (; ready.Remove(written, out var next); written++) output.Write(next.Text, 0, next.Length);
        }
    }

    private static int ParseRows(ReadOnlySpan<byte> text, ref int at, float[] into)
    {
        int cell = 0;
        while (cell < into.Length && at < text.Length) into[cell++] = ParseCell(text, ref at);
        return cell / BenchmarkModels.Features;
    }

    /// <summary>Up to 15 digits over a power of ten: both exact in a double, so one rounding (Clinger 1990). Anything else goes to the library.</summary>
    private static float ParseCell(ReadOnlySpan<byte> text, ref int at)
    {
        int start = at, i = at, point = 0;
        bool negative = text[i] == '-';
        if (negative) i++;
        int first = i;
        long mantissa = 0;
        for (; i < text.Length && text[i] is not ((byte)',' or (byte)'\n'); i++)
        {
            uint digit = (uint)(text[i] - '0');
            if (digit <= 9) mantissa = (mantissa * 10) + digit;
            else if (text[i] == '.' && point == 0) point = i + 1;
            else first = int.MinValue / 2; // no plain number
        }
        at = i + 1;
        int fraction = point == 0 ? 0 : i - point;
        if (i - first <= 15) return (float)((negative ? -mantissa : mantissa) / PowersOfTen[fraction]);
        return Utf8Parser.TryParse(text[start..i], out float value, out _) ? value : throw new FormatException("A cell is no number.");
    }
}
