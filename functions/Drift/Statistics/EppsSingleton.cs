using MathNet.Numerics.LinearAlgebra;

namespace Tidemark.Drift.Statistics;

/// <summary>
/// Epps-Singleton test: compares empirical characteristic functions at two points (Epps and Singleton 1986; Goerg and Kaiser, "Nonparametric
/// Testing of Distributions", Stata Journal 9, 2009), as scipy.stats.epps_singleton_2samp gives it.
/// </summary>
public static class EppsSingleton
{
    /// <summary>The points, in units of the inverse half interquartile range of both samples.</summary>
    private static readonly double[] Points = [0.4, 0.8];

    private const int Least = 5;

    /// <summary>NaN where a sample has fewer than 5 values or the quartiles of both together are equal.</summary>
    public static TestResult Test(TiedValues tied)
    {
        double scale = (Quantile(tied, 0.75) - Quantile(tied, 0.25)) / 2;
        if (tied.Left < Least || tied.Right < Least || !(scale > 0))
            return new(double.NaN, double.NaN);
        double n = tied.Left, m = tied.Right, total = n + m;
        (Vector<double> left, Matrix<double> leftCovariance) = Characteristic(tied.Values, tied.LeftCounts, n, scale);
        (Vector<double> right, Matrix<double> rightCovariance) = Characteristic(tied.Values, tied.RightCounts, m, scale);
        Matrix<double> inverse = (total / n * leftCovariance + total / m * rightCovariance).PseudoInverse();
        Vector<double> gap = left - right;
        double statistic = total * (gap * (inverse * gap));
        if (Math.Max(n, m) < 25)
            statistic /= 1 + Math.Pow(total, -0.45) + 10.1 * (Math.Pow(n, -1.7) + Math.Pow(m, -1.7));
        return new(statistic, ChiSquare.Survival(statistic, inverse.Rank()));
    }

    /// <summary>Mean and covariance (divided by n) of cos t x, sin t x at both points.</summary>
    private static (Vector<double> Mean, Matrix<double> Covariance) Characteristic(double[] values, long[] counts, double n, double scale)
    {
        const int Size = 4;
        Vector<double> sum = Vector<double>.Build.Dense(Size);
        Matrix<double> products = Matrix<double>.Build.Dense(Size, Size);
        Span<double> wave = stackalloc double[Size];
        for (int i = 0; i < values.Length; i++)
        {
            if (counts[i] == 0)
                continue;
            for (int p = 0; p < Points.Length; p++)
                (wave[Points.Length + p], wave[p]) = Math.SinCos(Points[p] / scale * values[i]);
            for (int row = 0; row < Size; row++)
            {
                sum[row] += counts[i] * wave[row];
                for (int column = 0; column <= row; column++)
                    products[row, column] += counts[i] * wave[row] * wave[column];
            }
        }
        Vector<double> mean = sum / n;
        return (mean, Matrix<double>.Build.Dense(Size, Size, (row, column) => products[Math.Max(row, column), Math.Min(row, column)] / n - mean[row] * mean[column]));
    }

    /// <summary>Of both samples together, linear between order statistics (numpy's default).</summary>
    private static double Quantile(TiedValues tied, double fraction)
    {
        double place = fraction * (tied.Total - 1), floor = Math.Floor(place), low = double.NaN;
        long seen = 0;
        foreach ((double value, long count) in tied.Values.Zip(tied.LeftCounts.Zip(tied.RightCounts, (f, g) => f + g)))
        {
            seen += count;
            if (double.IsNaN(low) && seen > floor)
                low = value;
            if (seen > Math.Ceiling(place))
                return low + (place - floor) * (value - low);
        }
        return double.NaN;
    }
}
