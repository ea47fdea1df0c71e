using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tidemark.Trainer.Trees;

/// <summary>Fills histograms: per bin of each chosen column the sum of the packed derivatives of a node's rows.</summary>
internal sealed class HistogramFiller(BinnedRows rows, ParallelOptions parallel)
{
    /// <summary>Cells from which on several threads share a node.</summary>
    private const long SharedFrom = 1 << 18;

    /// <summary>Bins whose sums stay in the cache near the core.</summary>
    private const int BlockBins = 1 << 13;

    private readonly BinCuts cuts = rows.Cuts;
    private readonly int threads = Math.Max(1, parallel.MaxDegreeOfParallelism);
    private long[][]? shares;

    /// <param name="node">Row numbers of the node.</param>
    /// <param name="packed">Packed derivatives per row.</param>
    /// <param name="columns">The columns to sum, ascending.</param>
    /// <param name="histogram">Gets the sums; the bins of the chosen columns are overwritten.</param>
    public void Fill(ReadOnlyMemory<int> node, long[] packed, int[] columns, long[] histogram)
    {
        foreach (int f in columns) histogram.AsSpan(cuts.First[f]..cuts.First[f + 1]).Clear();
        if (threads == 1 || (long)node.Length * columns.Length < SharedFrom)
        {
            AddBlocks(node.Span, packed, columns, histogram);
            return;
        }

        shares ??= [.. Enumerable.Range(1, threads - 1).Select(_ => new long[histogram.Length])];
        Parallel.For(0, threads, parallel, t =>
        {
            long[] sums = t == 0 ? histogram : shares[t - 1];
            if (t > 0) Array.Clear(sums);
            int from = (int)((long)node.Length * t / threads), to = (int)((long)node.Length * (t + 1) / threads);
            AddBlocks(node.Span[from..to], packed, columns, sums);
        });
        foreach (long[] share in shares) TensorPrimitives.Add<long>(histogram, share, histogram);
    }

    private void AddBlocks(ReadOnlySpan<int> node, long[] packed, int[] columns, long[] histogram)
    {
        for (int from = 0; from < columns.Length;)
        {
            int to = from + 1;
            while (to < columns.Length && cuts.First[columns[to] + 1] - cuts.First[columns[from]] <= BlockBins) to++;
            bool dense = columns[to - 1] - columns[from] == to - from - 1;
            if (dense) AddDense(node, packed, columns[from], to - from, histogram);
            else AddSome(node, packed, columns.AsSpan(from..to), histogram);
            from = to;
        }
    }

    /// <summary>Neighbouring columns, without looking up which.</summary>
    private void AddDense(ReadOnlySpan<int> node, long[] packed, int column, int count, long[] histogram)
    {
        ref byte codes = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(rows.Codes), column);
        ref int first = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(cuts.First), column);
        ref long sums = ref MemoryMarshal.GetArrayDataReference(histogram);
        nint stride = cuts.Columns;
        foreach (int row in node)
        {
            ref byte code = ref Unsafe.Add(ref codes, row * stride);
            long value = packed[row];
            int f = 0;
            for (; f + 4 <= count; f += 4)
            {
                Unsafe.Add(ref sums, (nint)(uint)(Unsafe.Add(ref first, f) + Unsafe.Add(ref code, f))) += value;
                Unsafe.Add(ref sums, (nint)(uint)(Unsafe.Add(ref first, f + 1) + Unsafe.Add(ref code, f + 1))) += value;
                Unsafe.Add(ref sums, (nint)(uint)(Unsafe.Add(ref first, f + 2) + Unsafe.Add(ref code, f + 2))) += value;
                Unsafe.Add(ref sums, (nint)(uint)(Unsafe.Add(ref first, f + 3) + Unsafe.Add(ref code, f + 3))) += value;
            }

            for (; f < count; f++) Unsafe.Add(ref sums, (nint)(uint)(Unsafe.Add(ref first, f) + Unsafe.Add(ref code, f))) += value;
        }
    }

    private void AddSome(ReadOnlySpan<int> node, long[] packed, ReadOnlySpan<int> columns, long[] histogram)
    {
        Span<int> firsts = stackalloc int[Math.Min(columns.Length, 4096)];
        for (int from = 0; from < columns.Length; from += firsts.Length)
        {
            var part = columns[from..Math.Min(columns.Length, from + firsts.Length)];
            for (int k = 0; k < part.Length; k++) firsts[k] = cuts.First[part[k]];
            ref byte codes = ref MemoryMarshal.GetArrayDataReference(rows.Codes);
            ref long sums = ref MemoryMarshal.GetArrayDataReference(histogram);
            nint stride = cuts.Columns;
            foreach (int row in node)
            {
                ref byte code = ref Unsafe.Add(ref codes, row * stride);
                long value = packed[row];
                for (int k = 0; k < part.Length; k++) Unsafe.Add(ref sums, (nint)(uint)(firsts[k] + Unsafe.Add(ref code, part[k]))) += value;
            }
        }
    }
}
