using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace Tidemark.Validation.Expectations;

/// <summary>
/// Mean, sum and sample standard deviation. Up to <see cref="Exact"/> values they are numpy's to the last digit (pairwise summation in
/// blocks of 128, two passes for the deviation); beyond, blocks are folded by Chan's update (Chan, Golub and LeVeque 1983) with a
/// compensated sum (Neumaier 1974), in bounded memory and with a relative error near 1e-15.
/// </summary>
internal sealed class Moments
{
    /// <value>How many values are kept before they are folded. 131,072.</value>
    public const int Exact = 1 << 17;

    private const int Block = 128;
    private double[] values = [];
    private int kept;
    private long folded;
    private double sum, compensation, mean, squares;

    public long Count => folded + kept;

    public void Add(double value)
    {
        if (kept == Exact)
            Fold();
        if (kept == values.Length)
            Array.Resize(ref values, Math.Min(Exact, Math.Max(64, kept * 2)));
        values[kept++] = value;
    }

    public void Add(ReadOnlySpan<double> many)
    {
        while (!many.IsEmpty)
        {
            Add(many[0]);
            many = many[1..];
            int room = Math.Min(values.Length - kept, many.Length);
            many[..room].CopyTo(values.AsSpan(kept));
            kept += room;
            many = many[room..];
        }
    }

    public double Sum()
    {
        if (folded == 0)
            return Sum(values.AsSpan(0, kept));
        Fold();
        return sum + compensation;
    }

    public double Mean() => Count == 0 ? double.NaN : Sum() / Count;

    public double StandardDeviation()
    {
        if (folded == 0)
            return StandardDeviation(values.AsSpan(0, kept));
        Fold();
        return Math.Sqrt(squares / (folded - 1));
    }

    public static double Mean(ReadOnlySpan<double> values) => values.Length == 0 ? double.NaN : Sum(values) / values.Length;

    /// <summary>With n - 1 in the denominator; NaN below two values.</summary>
    public static double StandardDeviation(ReadOnlySpan<double> values) => values.Length < 2 ? double.NaN : Math.Sqrt(Squares(values, Mean(values)) / (values.Length - 1));

    public static double Sum(ReadOnlySpan<double> values)
    {
        if (values.Length > Block)
        {
            int half = (values.Length / 2) - (values.Length / 2 % 8);
            return Sum(values[..half]) + Sum(values[half..]);
        }

        double total = 0;
        int start = 0;
        if (values.Length >= 8)
        {
            start = values.Length - (values.Length % 8);
            Vector512<double> lanes = Vector512<double>.Zero;
            for (int i = 0; i < start; i += 8)
                lanes += Vector512.Create(values.Slice(i, 8));
            total = lanes[0] + lanes[1] + (lanes[2] + lanes[3]) + (lanes[4] + lanes[5] + (lanes[6] + lanes[7]));
        }

        for (int i = start; i < values.Length; i++)
            total += values[i];
        return total;
    }

    private static double Squares(ReadOnlySpan<double> values, double mean)
    {
        double[] rented = ArrayPool<double>.Shared.Rent(values.Length);
        Span<double> squared = rented.AsSpan(0, values.Length);
        TensorPrimitives.Subtract(values, mean, squared);
        TensorPrimitives.Multiply(squared, squared, squared);
        double sum = Sum(squared);
        ArrayPool<double>.Shared.Return(rented);
        return sum;
    }

    private void Fold()
    {
        ReadOnlySpan<double> block = values.AsSpan(0, kept);
        if (block.IsEmpty)
            return;
        double blockMean = Mean(block), delta = blockMean - mean;
        squares += Squares(block, blockMean) + (delta * delta * folded * kept / (folded + kept));
        mean += delta * kept / (folded + kept);
        double part = Sum(block), next = sum + part;
        compensation += Math.Abs(sum) >= Math.Abs(part) ? sum - next + part : part - next + sum;
        (sum, folded, kept) = (next, folded + kept, 0);
    }
}
