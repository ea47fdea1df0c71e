using MathNet.Numerics.Distributions;

namespace Tidemark.Feedback.Metrics;

/// <summary>
/// Percentile intervals of the Poisson bootstrap: each row (or cell of a table) counts a Poisson number of times, seeded, so that the same data gives
/// the same interval. J. A. Hanley, B. MacGibbon, "Creating non-parametric bootstrap samples using Poisson frequencies", Comput. Methods Programs
/// Biomed. 83 (2006).
/// </summary>
internal static class Bootstrap
{
    private const int MostResamples = 1000, LeastResamples = 200, RowBudget = 20_000_000;

    private static readonly double[] Poisson1 = [.. Enumerable.Range(0, 12).Select(k => Poisson.CDF(1, k))];

    /// <summary>Interval of a figure of weighted rows; resamples without a figure are left out.</summary>
    /// <param name="value">The figure of the data.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="statistic">The figure for the weights of the rows, NaN when it has none.</param>
    /// <param name="options">Confidence and seed.</param>
    public static MetricValue Rows(double value, int rows, EvaluationOptions options, Func<int[], double> statistic)
    {
        var random = new Random(options.Seed);
        int[] weights = new int[rows];
        return Percentiles(value, Resamples(rows), options.Confidence, () =>
        {
            for (int i = 0; i < weights.Length; i++)
                weights[i] = One(random);
            return statistic(weights);
        });
    }

    /// <summary>Interval of a figure of a table of counts.</summary>
    public static MetricValue Counts(double value, long[,] counts, EvaluationOptions options, Func<long[,], double> statistic)
    {
        var random = new Random(options.Seed);
        long[,] drawn = new long[counts.GetLength(0), counts.GetLength(1)];
        return Percentiles(value, MostResamples, options.Confidence, () =>
        {
            for (int i = 0; i < drawn.GetLength(0); i++)
            {
                for (int j = 0; j < drawn.GetLength(1); j++)
                    drawn[i, j] = counts[i, j] == 0 ? 0 : Poisson.Sample(random, counts[i, j]);
            }

            return statistic(drawn);
        });
    }

    private static int Resamples(int rows) => Math.Clamp(RowBudget / Math.Max(1, rows), LeastResamples, MostResamples);

    private static MetricValue Percentiles(double value, int resamples, double confidence, Func<double> draw)
    {
        var figures = new List<double>(resamples);
        for (int i = 0; i < resamples; i++)
        {
            if (draw() is var figure && double.IsFinite(figure))
                figures.Add(figure);
        }

        if (figures.Count < resamples / 2)
            return new(value);
        figures.Sort();
        double tail = (1 - confidence) / 2;
        return new(value, Math.Min(value, Percentile(figures, tail)), Math.Max(value, Percentile(figures, 1 - tail)), "bootstrap");
    }

    private static double Percentile(List<double> sorted, double share)
    {
        double place = share * (sorted.Count - 1);
        int below = (int)place;
        return below + 1 == sorted.Count ? sorted[below] : sorted[below] + ((place - below) * (sorted[below + 1] - sorted[below]));
    }

    private static int One(Random random)
    {
        double uniform = random.NextDouble();
        int count = 0;
        while (count < Poisson1.Length && uniform > Poisson1[count])
            count++;
        return count;
    }
}
