using MathNet.Numerics;

namespace Tidemark.Drift.Statistics;

/// <summary>Pearson's chi-square tests on counts of categories (Pearson 1900).</summary>
public static class ChiSquare
{
    /// <summary>
    /// Whether the counts follow the expected ones; both have the same sum, k - 1 degrees of freedom (scipy.stats.chisquare). A category that
    /// is not expected and yet there makes the statistic infinite and the p-value 0; one that is neither does not count at all.
    /// </summary>
    public static TestResult GoodnessOfFit(ReadOnlySpan<double> observed, ReadOnlySpan<double> expected)
    {
        double statistic = 0;
        int categories = 0;
        for (int i = 0; i < observed.Length; i++)
        {
            if (observed[i] == 0 && expected[i] == 0)
                continue;
            categories++;
            statistic += (observed[i] - expected[i]) * (observed[i] - expected[i]) / expected[i];
        }
        return new(statistic, Survival(statistic, categories - 1));
    }

    /// <summary>Whether two samples come from one distribution: the 2 x k table without Yates' correction (scipy.stats.chi2_contingency, correction=False).</summary>
    public static TestResult Homogeneity(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double n = Sum(x), m = Sum(y), statistic = 0;
        int categories = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double both = x[i] + y[i], expected = both * n / (n + m), other = both * m / (n + m);
            if (both == 0)
                continue;
            categories++;
            statistic += (x[i] - expected) * (x[i] - expected) / expected + (y[i] - other) * (y[i] - other) / other;
        }
        return new(statistic, Survival(statistic, categories - 1));
    }

    /// <summary>P(X >= x) of the chi-square distribution; 1 where there are no degrees of freedom.</summary>
    public static double Survival(double x, double freedom) =>
        double.IsNaN(x) ? double.NaN : freedom <= 0 || x <= 0 ? 1 : double.IsPositiveInfinity(x) ? 0 : SpecialFunctions.GammaUpperRegularized(freedom / 2, x / 2);

    internal static double Sum(ReadOnlySpan<double> counts)
    {
        double sum = 0;
        foreach (double count in counts)
            sum += count;
        return sum;
    }
}
