using MathNet.Numerics;

namespace Tidemark.Drift.Statistics;

/// <summary>
/// Mann-Whitney U test, two-sided (Mann and Whitney 1947). Exact where one sample has at most 8 values and no two values are equal; else
/// normal, corrected for ties and continuity. As scipy.stats.mannwhitneyu does with method="auto".
/// </summary>
public static class MannWhitney
{
    private const long MostExact = 8;

    /// <summary>U of the first sample.</summary>
    public static TestResult Test(TiedValues tied)
    {
        double n = tied.Left, m = tied.Right, total = n + m, ranks = 0, below = 0, ties = 0;
        for (int i = 0; i < tied.Values.Length; i++)
        {
            double count = tied.LeftCounts[i] + tied.RightCounts[i];
            ranks += tied.LeftCounts[i] * (below + (count + 1) / 2);
            ties += count * count * count - count;
            below += count;
        }
        double u = ranks - n * (n + 1) / 2, larger = Math.Max(u, n * m - u);
        if (Math.Min(n, m) <= MostExact && ties == 0)
            return new(u, Math.Min(1, 2 * AtMost(n * m - larger, tied.Left, tied.Right)));
        double deviation = Math.Sqrt(n * m / 12 * (total + 1 - ties / (total * (total - 1))));
        double z = (larger - n * m / 2 - 0.5) / deviation;
        return new(u, Math.Clamp(SpecialFunctions.Erfc(z / Constants.Sqrt2), 0, 1));
    }

    /// <summary>
    /// P(U &lt;= u): the number of ways to each u is a coefficient of the Gaussian binomial of n + m over n, which grows out of that of one
    /// value less by a product with 1 - q^(m + i) and a division by 1 - q^i.
    /// </summary>
    private static double AtMost(double u, long n, long m)
    {
        (n, m) = (Math.Min(n, m), Math.Max(n, m));
        double[] ways = new double[(long)u + 1];
        ways[0] = 1;
        double all = 1;
        for (long i = 1; i <= n; i++)
        {
            for (long at = ways.Length - 1; at >= m + i; at--)
                ways[at] -= ways[at - m - i];
            for (long at = i; at < ways.Length; at++)
                ways[at] += ways[at - i];
            all *= (double)(m + i) / i;
        }
        return ways.Sum() / all;
    }
}
