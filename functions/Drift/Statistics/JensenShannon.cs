namespace Tidemark.Drift.Statistics;

/// <summary>
/// Jensen-Shannon between shares of categories or bins (Lin, "Divergence Measures Based on the Shannon Entropy", 1991). To base 2 both forms go
/// from 0 to 1. The distance, the root of the divergence, is what scipy.spatial.distance.jensenshannon, Evidently and NannyML call by the name.
/// </summary>
public static class JensenShannon
{
    /// <summary>Root of the divergence.</summary>
    /// <param name="x">Shares or counts; made to sum to 1.</param>
    /// <param name="y">Shares or counts of the same categories.</param>
    /// <param name="logBase">2 for bits, e for nats.</param>
    public static double Distance(ReadOnlySpan<double> x, ReadOnlySpan<double> y, double logBase = 2) => Math.Sqrt(Divergence(x, y, logBase));

    /// <summary>Mean of the Kullback-Leibler divergences of both to their mean.</summary>
    public static double Divergence(ReadOnlySpan<double> x, ReadOnlySpan<double> y, double logBase = 2)
    {
        double n = ChiSquare.Sum(x), m = ChiSquare.Sum(y), sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double p = x[i] / n, q = y[i] / m, middle = (p + q) / 2;
            sum += (p > 0 ? p * Math.Log(p / middle) : 0) + (q > 0 ? q * Math.Log(q / middle) : 0);
        }
        return Math.Max(0, sum / 2 / Math.Log(logBase));
    }
}
