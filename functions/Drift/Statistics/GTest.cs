namespace Tidemark.Drift.Statistics;

/// <summary>The likelihood-ratio test on counts of categories (Woolf 1957; Sokal and Rohlf, Biometry, chapter 17).</summary>
public static class GTest
{
    /// <summary>Whether the counts follow the expected ones, k - 1 degrees of freedom (scipy.stats.power_divergence, lambda_="log-likelihood").</summary>
    public static TestResult GoodnessOfFit(ReadOnlySpan<double> observed, ReadOnlySpan<double> expected)
    {
        double statistic = 0;
        int categories = 0;
        for (int i = 0; i < observed.Length; i++)
        {
            if (observed[i] == 0 && expected[i] == 0)
                continue;
            categories++;
            statistic += 2 * Term(observed[i], expected[i]);
        }
        return new(statistic, ChiSquare.Survival(statistic, categories - 1));
    }

    /// <summary>Whether two samples come from one distribution (scipy.stats.chi2_contingency, lambda_="log-likelihood", correction=False).</summary>
    public static TestResult Homogeneity(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double n = ChiSquare.Sum(x), m = ChiSquare.Sum(y), statistic = 0;
        int categories = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double both = x[i] + y[i];
            if (both == 0)
                continue;
            categories++;
            statistic += 2 * (Term(x[i], both * n / (n + m)) + Term(y[i], both * m / (n + m)));
        }
        return new(statistic, ChiSquare.Survival(statistic, categories - 1));
    }

    private static double Term(double observed, double expected) => observed == 0 ? 0 : observed * Math.Log(observed / expected);
}
