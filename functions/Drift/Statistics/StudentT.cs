using MathNet.Numerics;

namespace Tidemark.Drift.Statistics;

/// <summary>Two-sample t-tests on means, two-sided: Student's (equal variances), as scipy.stats.ttest_ind gives it, and Welch's (equal_var=False).</summary>
public static class StudentT
{
    /// <param name="mean">Mean of the first sample.</param>
    /// <param name="squares">Sum of its squared deviations from the mean.</param>
    /// <param name="n">Its size.</param>
    public static TestResult Test(double mean, double squares, double n, double otherMean, double otherSquares, double m)
    {
        double freedom = n + m - 2, pooled = (squares + otherSquares) / freedom;
        return Result((mean - otherMean) / Math.Sqrt(pooled * (1 / n + 1 / m)), freedom);
    }

    /// <summary>Without the assumption of equal variances (Welch 1947).</summary>
    public static TestResult Welch(double mean, double squares, double n, double otherMean, double otherSquares, double m)
    {
        double a = squares / (n - 1) / n, b = otherSquares / (m - 1) / m, freedom = (a + b) * (a + b) / (a * a / (n - 1) + b * b / (m - 1));
        return Result((mean - otherMean) / Math.Sqrt(a + b), freedom);
    }

    private static TestResult Result(double t, double freedom) => new(
        t, double.IsNaN(t) || !(freedom > 0) ? double.NaN : double.IsInfinity(t) ? 0 : SpecialFunctions.BetaRegularized(freedom / 2, 0.5, freedom / (freedom + t * t)));
}
