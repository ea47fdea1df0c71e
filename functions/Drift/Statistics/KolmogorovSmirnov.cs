namespace Tidemark.Drift.Statistics;

/// <summary>
/// Two-sample Kolmogorov-Smirnov test, two-sided. Up to 10,000 values a side the p-value is exact, by counting lattice paths (Hodges, "The
/// significance probability of the Smirnov two-sample test", 1958); beyond that it is the one-sample distribution at the effective size
/// n m / (n + m). As scipy.stats.ks_2samp does with method="auto".
/// </summary>
public static class KolmogorovSmirnov
{
    private const long MostExact = 10_000;

    /// <param name="x">Finite, ascending, not empty.</param>
    /// <param name="y">Finite, ascending, not empty.</param>
    public static TestResult Test(ReadOnlySpan<double> x, ReadOnlySpan<double> y) => Test(CdfDifference.Of(x, y).Largest, x.Length, y.Length);

    /// <param name="statistic">Largest difference of the distribution functions.</param>
    /// <param name="n">Size of one sample.</param>
    /// <param name="m">Size of the other.</param>
    public static TestResult Test(double statistic, long n, long m) => new(statistic, PValue(statistic, n, m));

    private static double PValue(double statistic, long n, long m)
    {
        if (Math.Max(n, m) > MostExact)
            return Asymptotic(statistic, n, m);
        long divisor = GreatestCommonDivisor(n, m), height = (long)Math.Round(statistic * (n / divisor) * m);
        if (height == 0)
            return 1;
        double exact = n == m ? OutsideSquare(n, height) : Outside(Math.Max(n, m), Math.Min(n, m), divisor, height);
        return exact is >= 0 and <= 1 ? exact : Asymptotic(statistic, n, m);
    }

    private static double Asymptotic(double statistic, long n, long m) =>
        KolmogorovDistribution.Survival((long)Math.Round((double)n * m / (n + m)), statistic);

    /// <summary>Equal sizes: the reflection principle, in an order of summation that does not cancel.</summary>
    private static double OutsideSquare(long n, long height)
    {
        double p = 0;
        for (long k = n / height; k >= 0; k--)
        {
            double term = 1;
            for (long j = 0; j < height; j++)
                term = (n - k * height - j) * term / (n + k * height + j + 1);
            p = term * (1 - p);
        }
        return 2 * p;
    }

    /// <summary>Share of the lattice paths to (m, n) that leave the band in which n x - m y stays below the height times the divisor.</summary>
    private static double Outside(long m, long n, long divisor, long height)
    {
        long width = m / divisor, rise = n / divisor;
        double[] outside = new double[n + 1];
        for (long j = 1; j <= n; j++)
            outside[j] = j * width >= height ? 1 : 0;
        for (long i = 1; i <= m; i++)
        {
            long middle = rise * i;
            long low = Math.Clamp(FloorDivide(middle - height, width) + 1, 0, n), high = Math.Min(n, CeilingDivide(middle + height, width) - 1);
            if (high < low)
                return 1;
            double value = low == 0 ? 0 : 1;
            for (long j = low; j <= high; j++)
                outside[j] = value = (outside[j] * i + value * j) / (i + j);
            if (low > 0)
                outside[low - 1] = 1;
        }
        return outside[n];
    }

    private static long FloorDivide(long a, long b) => a >= 0 ? a / b : -((-a + b - 1) / b);

    private static long CeilingDivide(long a, long b) => -FloorDivide(-a, b);

    private static long GreatestCommonDivisor(long a, long b)
    {
        while (b != 0)
            (a, b) = (b, a % b);
        return a;
    }
}
