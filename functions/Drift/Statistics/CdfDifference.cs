namespace Tidemark.Drift.Statistics;

/// <summary>
/// What one merge of two ordered samples tells of F - G, the difference of their empirical distribution functions: all that
/// Kolmogorov-Smirnov, Wasserstein and energy distance need.
/// </summary>
/// <param name="Above">Largest F - G, 0 to 1.</param>
/// <param name="Below">Largest G - F, 0 to 1.</param>
/// <param name="Area">Integral of |F - G|, in the unit of the values.</param>
/// <param name="SquaredArea">Integral of (F - G)², in the unit of the values.</param>
public readonly record struct CdfDifference(double Above, double Below, double Area, double SquaredArea)
{
    public double Largest => Math.Max(Above, Below);

    /// <param name="x">Finite, ascending, not empty.</param>
    /// <param name="y">Finite, ascending, not empty.</param>
    public static CdfDifference Of(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        // d = (F - G) n m, exact. Within ties the step is 0, so neither sums nor extremes see the values between.
        long n = x.Length, m = y.Length, d = 0, above = 0, below = 0;
        double last = Math.Min(x[0], y[0]), area = 0, squared = 0;
        int i = 0, j = 0;
        while (i < x.Length && j < y.Length)
        {
            double a = x[i], b = y[j], value = double.MinNative(a, b), step = value - last, height = d;
            area += Math.Abs(height) * step;
            squared += height * height * step;
            long seen = step > 0 ? d : 0;
            above = Math.Max(above, seen);
            below = Math.Min(below, seen);
            int first = a <= b ? 1 : 0;
            i += first;
            j += 1 - first;
            d += first * (n + m) - n;
            last = value;
        }

        bool more = i < x.Length;
        ReadOnlySpan<double> rest = more ? x[i..] : y[j..];
        foreach (double value in rest)
        {
            double step = value - last, height = d;
            area += Math.Abs(height) * step;
            squared += height * height * step;
            long seen = step > 0 ? d : 0;
            above = Math.Max(above, seen);
            below = Math.Min(below, seen);
            d += more ? m : -n;
            last = value;
        }

        double whole = (double)n * m;
        return new(above / whole, -below / whole, area / whole, squared / (whole * whole));
    }

    /// <summary>The same from counts by value, as profiles have them.</summary>
    public static CdfDifference Of(TiedValues tied)
    {
        double n = tied.Left, m = tied.Right, above = 0, below = 0, area = 0, squared = 0;
        long left = 0, right = 0;
        for (int i = 0; i < tied.Values.Length; i++)
        {
            left += tied.LeftCounts[i];
            right += tied.RightCounts[i];
            double difference = (left * m - right * n) / (n * m);
            above = Math.Max(above, difference);
            below = Math.Max(below, -difference);
            if (i + 1 == tied.Values.Length)
                break;
            double step = tied.Values[i + 1] - tied.Values[i];
            area += Math.Abs(difference) * step;
            squared += difference * difference * step;
        }
        return new(above, below, area, squared);
    }
}
