using MathNet.Numerics;

namespace Tidemark.Drift.Statistics;

/// <summary>
/// Cramér-von Mises test for two samples with midranks for ties (Anderson, "On the Distribution of the Two-Sample Cramér-von Mises
/// Criterion", 1962). Up to 20 values a side the p-value is exact, by the recursion of Xiao, Gordon and Yakovlev (2006); beyond that it is
/// the limit distribution at the standardised statistic. As scipy.stats.cramervonmises_2samp does with method="auto".
/// </summary>
public static class CramerVonMises
{
    private const long MostExact = 20;

    /// <summary>NaN where a sample has fewer than two values.</summary>
    public static TestResult Test(TiedValues tied)
    {
        long n = tied.Left, m = tied.Right;
        if (n < 2 || m < 2)
            return new(double.NaN, double.NaN);
        double k = (double)n * m, total = n + m;
        Int128 quadruple = Quadruple(tied);
        double statistic = (double)(3 * quadruple - (Int128)2 * n * m * ((Int128)4 * n * m - 1)) / (12 * k * total);
        if (Math.Max(n, m) <= MostExact)
            return new(statistic, Exact((double)quadruple / 4, n, m));
        double mean = (1 + 1 / total) / 6;
        double variance = (total + 1) * (4 * k * total - 3 * ((double)n * n + (double)m * m) - 2 * k) / (45 * total * total * 4 * k);
        double standard = 1.0 / 6 + (statistic - mean) / Math.Sqrt(45 * variance);
        return new(statistic, standard < 0.003 ? 1 : Math.Max(0, 1 - Limit(standard)));
    }

    /// <summary>Four times Anderson's U, a whole number: n times the sum of squared (midrank - place) over the first sample, and likewise.</summary>
    private static Int128 Quadruple(TiedValues tied)
    {
        Int128 left = 0, right = 0;
        long below = 0, leftBelow = 0, rightBelow = 0;
        for (int i = 0; i < tied.Values.Length; i++)
        {
            long f = tied.LeftCounts[i], g = tied.RightCounts[i], twiceRank = 2 * below + f + g + 1;
            left += Squares(twiceRank - 2 * leftBelow, f);
            right += Squares(twiceRank - 2 * rightBelow, g);
            (below, leftBelow, rightBelow) = (below + f + g, leftBelow + f, rightBelow + g);
        }
        return left * tied.Left + right * tied.Right;
    }

    /// <summary>Sum of (d - 2 t)² for t = 1 to count.</summary>
    private static Int128 Squares(Int128 d, Int128 count) => count * d * d - 2 * d * count * (count + 1) + 2 * count * (count + 1) * (2 * count + 1) / 3;

    /// <summary>The limit distribution, equation 1.3 of Csörgő and Faraway, "The Exact and Asymptotic Distributions of Cramér-von Mises Statistics" (1996).</summary>
    private static double Limit(double x)
    {
        double sum = 0, term = 1;
        for (int k = 0; Math.Abs(term) >= 1e-7; k++)
        {
            double y = 4 * k + 1, q = y * y / (16 * x);
            term = Math.Exp(SpecialFunctions.GammaLn(k + 0.5) - SpecialFunctions.GammaLn(k + 1)) / (Math.Pow(Math.PI, 1.5) * Math.Sqrt(x))
                * Math.Sqrt(y) * Math.Exp(-q) * SpecialFunctions.BesselK(0.25, q);
            sum += term;
        }
        return sum;
    }

    private static double Exact(double u, long n, long m)
    {
        long multiple = n / Gcd(n, m) * m, a = multiple / n, b = multiple / m;
        double product = (double)n * m, least = Math.Floor((double)multiple * multiple * (n + m) * (6 * u - product * (4 * product - 1)) / (6 * product * product));
        var row = new List<(long Value, double Ways)>[n + 1];
        for (long v = 0; v <= n; v++)
            row[v] = v == 0 ? [(0, 1)] : [];
        for (long w = 0; w <= m; w++)
        {
            List<(long Value, double Ways)> reached = [];
            for (long v = 0; v <= n; v++)
            {
                long add = (a * v - b * w) * (a * v - b * w);
                row[v] = reached = Merge(reached, row[v], add);
            }
        }
        return row[n].Where(r => r.Value >= least).Sum(r => r.Ways) / SpecialFunctions.Binomial((int)(n + m), (int)n);
    }

    private static List<(long Value, double Ways)> Merge(List<(long Value, double Ways)> x, List<(long Value, double Ways)> y, long add)
    {
        var merged = new List<(long, double)>(x.Count + y.Count);
        for (int i = 0, j = 0; i < x.Count || j < y.Count;)
        {
            long value = j == y.Count || (i < x.Count && x[i].Value <= y[j].Value) ? x[i].Value : y[j].Value;
            double ways = 0;
            if (i < x.Count && x[i].Value == value)
                ways += x[i++].Ways;
            if (j < y.Count && y[j].Value == value)
                ways += y[j++].Ways;
            merged.Add((value + add, ways));
        }
        return merged;
    }

    private static long Gcd(long a, long b) => (long)Euclid.GreatestCommonDivisor(a, b);
}
