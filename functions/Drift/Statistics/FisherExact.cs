using MathNet.Numerics;

namespace Tidemark.Drift.Statistics;

/// <summary>Fisher's exact test of a 2 x 2 table, two-sided: the probability of all tables with the same margins that are at most as likely (Fisher 1935), as scipy.stats.fisher_exact gives it.</summary>
public static class FisherExact
{
    /// <summary>Tables this much likelier than the one seen still count as equally likely, for their logarithms are rounded (R's fisher.test has the same).</summary>
    private const double Tolerance = 1e-7;

    /// <returns>Odds ratio a d / (b c) and p; NaN and 1 where a margin is 0.</returns>
    public static TestResult Test(long a, long b, long c, long d)
    {
        long n = a + b, m = c + d, hits = a + c;
        if (n == 0 || m == 0 || hits == 0 || b + d == 0)
            return new(double.NaN, 1);
        double ratio = b > 0 && c > 0 ? (double)a * d / ((double)b * c) : double.PositiveInfinity;
        long least = Math.Max(0, hits - m), most = Math.Min(hits, n), mode = (long)((double)(hits + 1) * (n + 1) / (n + m + 2));
        double seen = LogProbability(a, n, m, hits), top = LogProbability(mode, n, m, hits);
        if (Math.Abs(Math.Exp(seen - top) - 1) <= Tolerance)
            return new(ratio, 1);
        bool low = a < mode;
        double p = Tail(a, low ? -1 : 1, n, m, hits);
        // The other tail begins at the first table beyond the mode that is at most as likely; likelihood falls from the mode on.
        (long near, long far) = low ? (mode, most) : (mode, least);
        int outward = low ? 1 : -1;
        if (LogProbability(far, n, m, hits) > seen + Tolerance)
            return new(ratio, Math.Min(1, p));
        while (near != far)
        {
            long middle = low ? near + (far - near) / 2 : near - (near - far) / 2;
            if (LogProbability(middle, n, m, hits) <= seen + Tolerance)
                far = middle;
            else
                near = middle + outward;
        }
        return new(ratio, Math.Min(1, p + Tail(far, outward, n, m, hits)));
    }

    /// <summary>Probability of the tables from this one outward.</summary>
    private static double Tail(long a, int outward, long n, long m, long hits)
    {
        double term = 1, sum = 1;
        for (long at = a; term > sum * 1e-17; at += outward)
        {
            double n0 = n - at, h0 = hits - at, rest = m - hits + at;
            term *= outward > 0 ? n0 * h0 / ((at + 1.0) * (rest + 1)) : at * rest / ((n0 + 1) * (h0 + 1));
            sum += term;
        }
        return Math.Exp(LogProbability(a, n, m, hits)) * sum;
    }

    private static double LogProbability(long a, long n, long m, long hits) => LogChoose(n, a) + LogChoose(m, hits - a) - LogChoose(n + m, hits);

    private static double LogChoose(long n, long k) => SpecialFunctions.GammaLn(n + 1.0) - SpecialFunctions.GammaLn(k + 1.0) - SpecialFunctions.GammaLn(n - k + 1.0);
}
