using System.Buffers.Text;
using System.Text;
using Tidemark.Benchmarks.Models;

namespace Tidemark.Benchmarks.Batch;

/// <summary>Rows from a seed: 30 columns of normal numbers with six decimals, about 270 bytes a row.</summary>
internal static class BatchData
{
    private const int Seed = 20261122;
    private const int Different = 100_000; // rows; then they repeat, which no peer notices
    private static readonly byte[] Header = Encoding.ASCII.GetBytes(string.Join(',', Enumerable.Range(0, BenchmarkModels.Features).Select(i => $"f{i}")) + "\n");

    public static void Write(Stream to, long rows)
    {
        to.Write(Header);
        if (rows == 0) return;
        (byte[] text, int[] ends) = Block((int)Math.Min(rows, Different));
        for (; rows > 0; rows -= ends.Length) to.Write(text, 0, ends[(int)Math.Min(rows, ends.Length) - 1]);
    }

    /// <summary>Bytes of a file of so many rows.</summary>
    public static long Size(long rows)
    {
        int[] ends = Block((int)Math.Min(rows, Different)).Ends;
        return Header.Length + (rows / ends.Length * ends[^1]) + (rows % ends.Length == 0 ? 0 : ends[(int)(rows % ends.Length) - 1]);
    }

    /// <summary>The rows as text, and where each ends.</summary>
    private static (byte[] Text, int[] Ends) Block(int rows)
    {
        var random = new Random(Seed);
        byte[] text = new byte[rows * BenchmarkModels.Features * 12];
        int[] ends = new int[rows];
        int at = 0;
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < BenchmarkModels.Features; column++)
            {
                Utf8Formatter.TryFormat(BenchmarkModels.Normal(random), text.AsSpan(at), out int digits, new('F', 6));
                at += digits;
                text[at++] = column == BenchmarkModels.Features - 1 ? (byte)'\n' : (byte)',';
            }
            ends[row] = at;
        }
        return (text, ends);
    }
}
