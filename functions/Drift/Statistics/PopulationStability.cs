namespace Tidemark.Drift.Statistics;

/// <summary>
/// Population stability index: sum of (q - p) ln(q / p) over categories or bins, the symmetric divergence of Jeffreys (1946). Under 0.1 is
/// called stable and over 0.25 shifted in credit scoring (Siddiqi, Credit Risk Scorecards, 2006).
/// </summary>
public static class PopulationStability
{
    /// <param name="x">Shares, all above 0 (<see cref="Shares.WithoutZeros"/>).</param>
    /// <param name="y">Shares of the same categories, all above 0.</param>
    public static double Index(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
            sum += (x[i] - y[i]) * Math.Log(x[i] / y[i]);
        return sum;
    }
}
