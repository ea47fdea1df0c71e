namespace Tidemark.Drift.Statistics;

/// <summary>Relative entropy of one distribution to another, in nats (Kullback and Leibler 1951), as scipy.stats.entropy(x, y) gives it.</summary>
public static class KullbackLeibler
{
    /// <param name="x">Shares or counts; made to sum to 1.</param>
    /// <param name="y">Shares or counts of the same categories. Infinite where a category of <paramref name="x"/> has none.</param>
    public static double Divergence(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double n = ChiSquare.Sum(x), m = ChiSquare.Sum(y), sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double p = x[i] / n;
            sum += p > 0 ? p * Math.Log(p / (y[i] / m)) : 0;
        }
        return sum;
    }
}
