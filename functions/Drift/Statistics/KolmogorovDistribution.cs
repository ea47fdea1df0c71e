using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace Tidemark.Drift.Statistics;

/// <summary>
/// Distribution of the one-sample Kolmogorov-Smirnov statistic, two-sided. The choice of methods follows Simard and L'Ecuyer, "Computing the
/// Two-Sided Kolmogorov-Smirnov Distribution" (Journal of Statistical Software 39, 2011).
/// </summary>
public static class KolmogorovDistribution
{
    private const long Small = 140;

    /// <summary>P(D >= x) for a sample of size n.</summary>
    public static double Survival(long n, double x)
    {
        double t = n * x, scaled = t * x;
        if (x >= 1 || n < 1)
            return 0;
        if (t <= 0.5)
            return 1;
        if (t <= 1)
            return 1 - Math.Exp(SpecialFunctions.GammaLn(n + 1.0) - n * Math.Log(n) + n * Math.Log(2 * t - 1));
        if (t >= n - 1)
            return 2 * Math.Pow(1 - x, n);
        if (scaled >= 370)
            return 0;
        if (x >= 0.5 || scaled > 4 || (n > Small && scaled >= 2.2))
            return Math.Min(1, 2 * OneSided(n, x));
        return Math.Clamp(1 - (n <= Small ? Durbin((int)n, x) : PelzGood(n, x)), 0, 1);
    }

    /// <summary>
    /// P(D+ >= x): Smirnov's sum (Birnbaum and Tingey 1951), all of whose terms are positive. For large n the terms are a smooth function of j
    /// that vanishes with all derivatives at both ends, so every s-th one, times s, sums up to the same digits.
    /// </summary>
    private static double OneSided(long n, double x)
    {
        long stride = Math.Max(1, n / 8192), last = (long)Math.Floor(n * (1 - x));
        double sum = stride == 1 ? Math.Exp(n * double.LogP1(-x) - Math.Log(x)) : 0, size = n, whole = SpecialFunctions.GammaLn(size + 1);
        for (long j = stride; j <= last; j += stride)
        {
            double up = x + j / size, down = 1 - up;
            if (down <= 0)
                break;
            double choose = whole - SpecialFunctions.GammaLn(j + 1.0) - SpecialFunctions.GammaLn(size - j + 1.0);
            sum += Math.Exp(choose + (j - 1) * Math.Log(up) + (n - j) * Math.Log(down));
        }
        return x * sum * stride;
    }

    /// <summary>P(D &lt; x): Durbin's matrix, by Marsaglia, Tsang and Wang, "Evaluating Kolmogorov's Distribution" (2003).</summary>
    private static double Durbin(int n, double x)
    {
        int k = (int)Math.Ceiling(n * x), m = 2 * k - 1;
        double h = k - n * x;
        Matrix<double> step = Matrix<double>.Build.Dense(m, m, (i, j) => i - j + 1 >= 0 ? 1 : 0);
        for (int i = 0; i < m; i++)
        {
            step[i, 0] -= Math.Pow(h, i + 1);
            step[m - 1, i] -= Math.Pow(h, m - i);
        }
        step[m - 1, 0] += 2 * h - 1 > 0 ? Math.Pow(2 * h - 1, m) : 0;
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j <= Math.Min(i + 1, m - 1); j++)
                step[i, j] /= SpecialFunctions.Factorial(i - j + 1);
        }
        double p = step.Power(n)[k - 1, k - 1];
        for (int i = 1; i <= n; i++)
            p *= (double)i / n;
        return p;
    }

    /// <summary>P(D &lt; x) by the series of Pelz and Good (1976) up to n^-3/2, good to about 7 digits beyond n = 140.</summary>
    private static double PelzGood(long n, double x)
    {
        const double Pi2 = Math.PI * Math.PI, Pi4 = Pi2 * Pi2, Pi6 = Pi4 * Pi2;
        double z = Math.Sqrt(n) * x, z2 = z * z, z4 = z2 * z2, z6 = z4 * z2, root = Math.Sqrt(2 * Math.PI);
        double k0 = 0, k1 = 0, k2 = 0, k3 = 0, extra2 = 0, extra3 = 0;
        for (int k = (int)Math.Ceiling(16 * z / Math.PI); k >= 1; k--)
        {
            double m2 = (2.0 * k - 1) * (2.0 * k - 1), q = Math.Exp(-m2 * Pi2 / (8 * z2)), even = Math.Exp(-Pi2 * k * k / (2 * z2));
            k0 += q;
            k1 += q * (-z2 + Pi2 / 4 * m2);
            k2 += q * (6 * z6 + 2 * z4 + (2 * z4 - 5 * z2) * Pi2 / 4 * m2 + Pi4 * (1 - 2 * z2) / 16 * m2 * m2);
            k3 += q * (-30 * z6 - 90 * z4 * z4 + Pi2 * (135 * z4 - 96 * z6) / 4 * m2 + Pi4 * (212 * z4 - 60 * z2) / 16 * m2 * m2 + Pi6 * (5 - 30 * z2) / 64 * m2 * m2 * m2);
            extra2 += (double)k * k * even;
            extra3 += (3 * z2 - Pi2 * k * k) * k * k * even;
        }
        double second = root * (k2 / (72 * z6 * z) - Pi2 * extra2 / (36 * z2 * z)), third = root * (k3 / (6480 * z6 * z4) + Pi2 * extra3 / (216 * z6));
        return root * k0 / z + root * k1 / (6 * z4) / Math.Sqrt(n) + second / n + third / (n * Math.Sqrt(n));
    }
}
