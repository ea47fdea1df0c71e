using MathNet.Numerics;
using MathNet.Numerics.Distributions;
using Tidemark.Drift.Statistics;
using Tidemark.Platform.Tabular.Sketches;

namespace Tidemark.Drift.Verdicts;

/// <summary>How often a column that has not changed gives a statistic at least as large: what a distance lacks and a p-value is.</summary>
/// <remarks>
/// Differences of empirical distribution functions are, times (1/n + 1/m)^-1/2, nearly a Brownian bridge; differences of shares nearly
/// multinomial normal. Lin's and Hellinger's divergences are then chi-square up to a factor; areas and sums of absolute differences get a
/// gamma distribution of their exact mean and variance, which errs towards saying that false alarms are more frequent.
/// </remarks>
public static class FalseAlarms
{
    private const int Draws = 200, Seed = 20261121;

    /// <summary>A divergence so many times its mean does not come by chance.</summary>
    private const double Far = 30;

    /// <summary>Places on the distribution function at which the bridge is looked at; denser at the ends.</summary>
    private static readonly double[] Ladder = [0, 1.0 / 4096, 1.0 / 1024, 1.0 / 256, .. Enumerable.Range(1, 47).Select(i => i / 48.0), 255.0 / 256, 1023.0 / 1024, 4095.0 / 4096, 1];

    /// <summary>P(statistic >= value) where nothing has changed, 0 to 1; of tests with a p-value, how often it is at most the value.</summary>
    public static double Rate(DriftTest test, ColumnPair pair, double value) => test switch
    {
        DriftTest.ChiSquare or DriftTest.GTest => OfFit(pair, ChiSquared.InvCDF(Math.Max(1, pair.ByValue.Size - 1), 1 - Math.Min(value, 1))),
        _ when test.HasPValue() => value,
        DriftTest.Wasserstein => Area(pair, value),
        DriftTest.WassersteinNormed => Area(pair, value * Math.Max(Measurement.Deviation(pair.Reference), Wasserstein.LeastScale)),
        DriftTest.Energy => SquaredArea(pair, value),
        _ => OfShares(test, pair.Binned, pair.Scarcity, value),
    };

    /// <summary>
    /// P(chi-square >= statistic). The tests of fit, as Evidently uses them, take the reference for the truth; it is a sample too, which makes
    /// the statistic larger by 1 + m/n than the p-value knows.
    /// </summary>
    public static double OfFit(ColumnPair pair, double statistic) =>
        ChiSquare.Survival(statistic / (1 + (double)pair.Current.Count / pair.Reference.Count), pair.ByValue.Size - 1);

    /// <summary>
    /// P(effect >= value), see <see cref="Measurement.Effect"/>; of numbers at most, by Massart's form of the inequality of Dvoretzky, Kiefer and
    /// Wolfowitz (Annals of Probability 18, 1990), which needs no sum over the sample.
    /// </summary>
    public static double EffectRate(DriftTest test, ColumnPair pair, double value) => value <= 0 ? 1
        : pair.Numeric && !test.NeedsCategories() ? Math.Min(1, 2 * Math.Exp(-2 * value * value / pair.Scarcity))
        : OfShares(DriftTest.TotalVariation, pair.ByValue, pair.Scarcity, value);

    /// <param name="scarcity">1/n + 1/m.</param>
    public static double OfShares(DriftTest test, CountPair counts, double scarcity, double value)
    {
        int freedom = counts.Size - 1;
        // Where few values are expected a category's part is larger than its chi-square, by up to this when it comes on one side only.
        double Survival(double chiSquare, double sparse) => ChiSquare.Survival(chiSquare / (scarcity * Pooled(counts).Average(p => 1 + sparse / (1 + p / scarcity))), freedom);
        return test switch
        {
            _ when freedom < 1 => value > 0 ? 0 : 1,
            DriftTest.JensenShannon => Survival(8 * Math.Log(2) * value * value, 2 * Math.Log(2) - 1),
            DriftTest.Hellinger => Survival(8 * value * value, 1),
            DriftTest.PopulationStability or DriftTest.KullbackLeibler => value > Far * scarcity * freedom ? 0 : Drawn(test, counts, value),
            DriftTest.LInfinity => Math.Min(1, Pooled(counts).Sum(p => SpecialFunctions.Erfc(value / Math.Sqrt(2 * p * (1 - p) * scarcity)))),
            DriftTest.TotalVariation => Absolute([.. Pooled(counts)], scarcity, value),
            _ => throw new ArgumentOutOfRangeException(nameof(test), test, "Not a distance between shares."),
        };
    }

    /// <summary>
    /// Divergences whose logarithms meet empty bins, for which a small share stands: no formula knows their tail, so pairs of samples are drawn from
    /// the pooled shares (from a seed) and get a gamma distribution of their mean and variance.
    /// </summary>
    private static double Drawn(DriftTest test, CountPair counts, double value)
    {
        var random = new Random(Seed);
        double[] shares = [.. Pooled(counts)];
        double[] Sample(double size) => Array.ConvertAll(shares, p => (double)Poisson.Sample(random, p * size));
        (double n, double m) = (counts.Reference.Sum(), counts.Current.Sum());
        Moments moments = default;
        for (int draw = 0; draw < Draws; draw++)
        {
            double distance = Measurement.OfShares(test, new CountPair(Sample(n), Sample(m)));
            moments = double.IsFinite(distance) ? moments.With(distance) : moments;
        }
        return Gamma(moments.Mean, moments.M2 / moments.Count, value);
    }

    private static IEnumerable<double> Pooled(CountPair counts)
    {
        double all = counts.Reference.Sum() + counts.Current.Sum();
        return counts.Reference.Zip(counts.Current, (x, y) => (x + y) / all).Where(p => p is > 0 and < 1);
    }

    /// <summary>Half the sum of |differences| of shares.</summary>
    private static double Absolute(double[] shares, double scarcity, double value)
    {
        double[] scale = [.. shares.Select(p => Math.Sqrt(p * (1 - p) * scarcity) / 2)];
        return Folded(scale, (i, j) => -Math.Sqrt(shares[i] * shares[j] / ((1 - shares[i]) * (1 - shares[j]))), value);
    }

    /// <summary>The integral of |bridge|.</summary>
    private static double Area(ColumnPair pair, double value)
    {
        (double[] heights, double[] widths) = Steps(pair.Reference);
        double[] scale = [.. heights.Zip(widths, (f, w) => w * Math.Sqrt(f * (1 - f) * pair.Scarcity))];
        return Folded(scale, (i, j) => Correlation(heights[i], heights[j]), value);
    }

    /// <summary>The root of twice the integral of bridge²: a sum of chi-squares, by its mean and variance (Satterthwaite 1946).</summary>
    private static double SquaredArea(ColumnPair pair, double value)
    {
        (double[] heights, double[] widths) = Steps(pair.Reference);
        double mean = 0, variance = 0;
        for (int i = 0; i < heights.Length; i++)
        {
            double one = widths[i] * heights[i] * (1 - heights[i]) * pair.Scarcity;
            mean += 2 * one;
            for (int j = 0; j < heights.Length; j++)
            {
                double other = widths[j] * heights[j] * (1 - heights[j]) * pair.Scarcity, r = Correlation(heights[i], heights[j]);
                variance += 8 * r * r * one * other;
            }
        }
        return Gamma(mean, variance, value * value);
    }

    /// <summary>P(sum of |normals| >= value), the normals of these deviations and correlations: E|X||Y| is known in closed form (Nabeya 1951).</summary>
    private static double Folded(double[] deviations, Func<int, int, double> correlation, double value)
    {
        double mean = Math.Sqrt(2 / Math.PI) * deviations.Sum(), square = 0;
        for (int i = 0; i < deviations.Length; i++)
        {
            square += deviations[i] * deviations[i];
            for (int j = 0; j < i; j++)
            {
                double r = Math.Clamp(correlation(i, j), -1, 1);
                square += 4 / Math.PI * deviations[i] * deviations[j] * (Math.Sqrt(1 - r * r) + r * Math.Asin(r));
            }
        }
        return Gamma(mean, square - mean * mean, value);
    }

    private static double Gamma(double mean, double variance, double value) =>
        !(mean > 0) || !(variance > 0) ? (value > mean ? 0 : 1) : value <= 0 ? 1 : SpecialFunctions.GammaUpperRegularized(mean * mean / variance, value * mean / variance);

    private static double Correlation(double f, double g)
    {
        (double low, double high) = f < g ? (f, g) : (g, f);
        return Math.Sqrt(low * (1 - high) / (high * (1 - low)));
    }

    /// <summary>The reference's quantile function as steps: heights of the distribution function and how far the values go at each.</summary>
    private static (double[] Heights, double[] Widths) Steps(ColumnSample sample)
    {
        double[] places = new double[Ladder.Length];
        long seen = 0;
        for (int step = 0, i = 0; step < places.Length; step++)
        {
            double rank = Ladder[step] * sample.Count;
            if (sample.Weights.Length == 0)
            {
                places[step] = sample.Values[(int)Math.Clamp(Math.Ceiling(rank) - 1, 0, sample.Values.Length - 1)];
                continue;
            }
            while (i < sample.Values.Length - 1 && seen + sample.Weights[i] < rank)
                seen += sample.Weights[i++];
            places[step] = sample.Values[i];
        }
        int[] wide = [.. Enumerable.Range(0, places.Length - 1).Where(i => places[i + 1] > places[i])];
        return ([.. wide.Select(i => (Ladder[i] + Ladder[i + 1]) / 2)], [.. wide.Select(i => places[i + 1] - places[i])]);
    }
}
