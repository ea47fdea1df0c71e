using MathNet.Numerics;

namespace Tidemark.Drift.Statistics;

/// <summary>Z test on two proportions with pooled variance, two-sided (Fleiss, Statistical Methods for Rates and Proportions, chapter 3), as Evidently has it.</summary>
public static class ProportionsZ
{
    /// <param name="hits">Of <paramref name="n"/> rows of the first sample.</param>
    /// <param name="otherHits">Of <paramref name="m"/> rows of the second one.</param>
    /// <returns>z and p; 0 and 1 where neither proportion varies.</returns>
    public static TestResult Test(double hits, double n, double otherHits, double m)
    {
        double p = hits / n, q = otherHits / m, pooled = (hits + otherHits) / (n + m);
        if (hits + otherHits == 0 || hits + otherHits == n + m)
            return new(0, 1);
        double z = (p - q) / Math.Sqrt(pooled * (1 - pooled) * (1 / n + 1 / m));
        return new(z, SpecialFunctions.Erfc(Math.Abs(z) / Constants.Sqrt2));
    }
}
