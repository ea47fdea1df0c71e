namespace Tidemark.Drift.Statistics;

/// <summary>
/// Anderson-Darling test for two samples with midranks for ties (Scholz and Stephens, "K-Sample Anderson-Darling Tests", JASA 82, 1987,
/// equation 7), as scipy.stats.anderson_ksamp gives it for two.
/// </summary>
public static class AndersonDarling
{
    /// <summary>Table 1 of the paper for one degree of freedom, at the levels of <see cref="Levels"/>.</summary>
    private static readonly double[] Critical = [0.675 - 0.245 - 0.105, 1.281 + 0.25 - 0.305, 1.645 + 0.678 - 0.362, 1.96 + 1.149 - 0.391, 2.326 + 1.822 - 0.396, 2.573 + 2.364 - 0.345, 3.085 + 3.615 - 0.154];

    private static readonly double[] Levels = [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001];

    /// <summary>A parabola through the logarithms of the levels.</summary>
    private static readonly double[] LogLevel = MathNet.Numerics.Fit.Polynomial(Critical, [.. Levels.Select(level => Math.Log(level))], 2);

    /// <summary>Normalised statistic; the p-value is known between 0.001 and 0.25 and held at those bounds. NaN where all values are equal or there are fewer than 4.</summary>
    public static TestResult Test(TiedValues tied)
    {
        if (tied.Values.Length < 2 || tied.Total < 4)
            return new(double.NaN, double.NaN);
        double statistic = (Sum(tied) - 1) / Math.Sqrt(Variance(tied.Left, tied.Right));
        double level = Math.Exp(LogLevel[0] + statistic * (LogLevel[1] + statistic * LogLevel[2]));
        return new(statistic, statistic < Critical[0] ? Levels[0] : statistic > Critical[^1] ? Levels[^1] : level);
    }

    private static double Sum(TiedValues tied)
    {
        double total = tied.Total, below = 0, leftBelow = 0, rightBelow = 0, left = 0, right = 0;
        for (int i = 0; i < tied.Values.Length; i++)
        {
            double f = tied.LeftCounts[i], g = tied.RightCounts[i], ties = f + g, middle = below + ties / 2;
            double scale = ties / total / (middle * (total - middle) - total * ties / 4);
            double leftGap = total * (leftBelow + f / 2) - middle * tied.Left, rightGap = total * (rightBelow + g / 2) - middle * tied.Right;
            left += scale * leftGap * leftGap;
            right += scale * rightGap * rightGap;
            (below, leftBelow, rightBelow) = (below + ties, leftBelow + f, rightBelow + g);
        }
        return (left / tied.Left + right / tied.Right) * (total - 1) / total;
    }

    /// <summary>Equation 4 of the paper, for k = 2.</summary>
    private static double Variance(long n, long m)
    {
        double total = n + m, inverse = 1.0 / n + 1.0 / m, harmonic = 0, g = 0;
        for (long i = n + m - 1; i >= 2; i--)
        {
            harmonic += 1.0 / i;
            g += harmonic / (total - i + 1);
        }
        double h = harmonic + 1;
        double a = (4 * g - 6) + (10 - 6 * g) * inverse;
        double b = (2 * g - 4) * 4 + 16 * h + (2 * g - 14 * h - 4) * inverse - 8 * h + 4 * g - 6;
        double c = (6 * h + 2 * g - 2) * 4 + (4 * h - 4 * g + 6) * 2 + (2 * h - 6) * inverse + 4 * h;
        double d = (2 * h + 6) * 4 - 8 * h;
        return (((a * total + b) * total + c) * total + d) / ((total - 1) * (total - 2) * (total - 3));
    }
}
