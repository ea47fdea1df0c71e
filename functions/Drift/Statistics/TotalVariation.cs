namespace Tidemark.Drift.Statistics;

/// <summary>Total variation distance: half the sum of |p - q|, the share of one distribution that has to be moved to make it the other, 0 to 1.</summary>
public static class TotalVariation
{
    /// <param name="x">Shares or counts; made to sum to 1.</param>
    /// <param name="y">Shares or counts of the same categories.</param>
    public static double Distance(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double n = ChiSquare.Sum(x), m = ChiSquare.Sum(y), sum = 0;
        for (int i = 0; i < x.Length; i++)
            sum += Math.Abs(x[i] / n - y[i] / m);
        return sum / 2;
    }
}
