namespace Tidemark.Drift.Statistics;

/// <summary>Hellinger distance: root of 1 - the sum of roots of p q, 0 to 1 (Hellinger 1909; Bhattacharyya 1943).</summary>
public static class Hellinger
{
    /// <param name="x">Shares or counts; made to sum to 1.</param>
    /// <param name="y">Shares or counts of the same categories.</param>
    public static double Distance(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double n = ChiSquare.Sum(x), m = ChiSquare.Sum(y), sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            // Half the squared difference of the roots: the same as 1 - sum of roots of p q, without its cancellation.
            double gap = Math.Sqrt(x[i] / n) - Math.Sqrt(y[i] / m);
            sum += gap * gap;
        }
        return Math.Sqrt(sum / 2);
    }
}
