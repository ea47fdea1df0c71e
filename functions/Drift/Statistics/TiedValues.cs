namespace Tidemark.Drift.Statistics;

/// <summary>Two samples of numbers as counts by distinct value, in ascending order of the values: what tests on ranks need.</summary>
/// <param name="Values">Distinct, finite, ascending.</param>
/// <param name="LeftCounts">Per value, how often it is in the first sample.</param>
/// <param name="RightCounts">Per value, how often it is in the second one.</param>
/// <param name="Left">Size of the first sample.</param>
/// <param name="Right">Size of the second one.</param>
public sealed record TiedValues(double[] Values, long[] LeftCounts, long[] RightCounts, long Left, long Right)
{
    public long Total => Left + Right;

    /// <param name="x">Finite, ascending.</param>
    /// <param name="y">Finite, ascending.</param>
    public static TiedValues Of(ReadOnlySpan<double> x, ReadOnlySpan<double> y) => Of(x, default, y, default);

    /// <param name="x">Finite, ascending.</param>
    /// <param name="xWeights">How often each value of <paramref name="x"/> counts; empty: once.</param>
    /// <param name="y">Finite, ascending.</param>
    /// <param name="yWeights">How often each value of <paramref name="y"/> counts; empty: once.</param>
    public static TiedValues Of(ReadOnlySpan<double> x, ReadOnlySpan<long> xWeights, ReadOnlySpan<double> y, ReadOnlySpan<long> yWeights)
    {
        int most = x.Length + y.Length, size = 0, i = 0, j = 0;
        double[] values = new double[most];
        long[] left = new long[most], right = new long[most];
        long n = 0, m = 0;
        while (i < x.Length || j < y.Length)
        {
            double value = j == y.Length || (i < x.Length && x[i] <= y[j]) ? x[i] : y[j];
            values[size] = value;
            for (; i < x.Length && x[i] == value; i++)
                left[size] += xWeights.IsEmpty ? 1 : xWeights[i];
            for (; j < y.Length && y[j] == value; j++)
                right[size] += yWeights.IsEmpty ? 1 : yWeights[j];
            n += left[size];
            m += right[size++];
        }
        return new(values[..size], left[..size], right[..size], n, m);
    }
}
