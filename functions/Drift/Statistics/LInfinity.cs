namespace Tidemark.Drift.Statistics;

/// <summary>L-infinity distance: the largest difference of the share of any one category, 0 to 1 (the comparator of TensorFlow Data Validation, and NannyML's l_infinity).</summary>
public static class LInfinity
{
    /// <param name="x">Shares or counts; made to sum to 1.</param>
    /// <param name="y">Shares or counts of the same categories.</param>
    public static double Distance(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double n = ChiSquare.Sum(x), m = ChiSquare.Sum(y), most = 0;
        for (int i = 0; i < x.Length; i++)
            most = Math.Max(most, Math.Abs(x[i] / n - y[i] / m));
        return most;
    }
}
