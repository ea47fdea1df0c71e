using Tidemark.Platform.Tabular.Profiles;
using Tidemark.Platform.Tabular.Sketches;

namespace Tidemark.Validation.Schemas;

/// <summary>How far two distributions lie apart, read off their profiles.</summary>
public static class Distance
{
    private const int Bins = 20;

    /// <summary>
    /// L-infinity: the largest difference of the share of any one category, 0 to 1, and the category. NaN where one side has no values. Shares of
    /// columns with very many categories are short by at most the error of the sketch, 0.4 %.
    /// </summary>
    public static (double Value, string Category) InfinityNorm(ColumnProfile a, ColumnProfile b)
    {
        Dictionary<string, double> left = Shares(a), right = Shares(b);
        return left.Count == 0 || right.Count == 0
            ? (double.NaN, "")
            : left.Keys.Union(right.Keys).Select(key => (Math.Abs(left.GetValueOrDefault(key) - right.GetValueOrDefault(key)), key)).MaxBy(d => d.Item1);
    }

    /// <summary>
    /// Jensen-Shannon divergence to base 2 (Lin 1991), 0 to 1, between two columns of numbers over bins that end at the 5 %, 10 %, … quantiles
    /// of either side, so that spikes and tails both have bins of their own, joined until each holds 2 % of the mixture, so that the sketches'
    /// error stays small against them. NaN where one side has no numbers.
    /// </summary>
    public static double JensenShannon(ColumnProfile a, ColumnProfile b)
    {
        (QuantileSketch left, QuantileSketch right) = (a.Quantiles, b.Quantiles);
        if (left.Count == 0 || right.Count == 0)
            return double.NaN;
        double[] edges = [.. Quantiles(left).Concat(Quantiles(right)).Distinct().Order()];
        double divergence = 0, leftBelow = 0, rightBelow = 0;
        foreach (double edge in edges)
        {
            (double leftUpTo, double rightUpTo) = (left.Cdf(edge), right.Cdf(edge));
            if (leftUpTo - leftBelow + rightUpTo - rightBelow < 0.9 / Bins && edge != edges[^1])
                continue;
            divergence += JensenShannonTerm(Math.Max(0, leftUpTo - leftBelow), Math.Max(0, rightUpTo - rightBelow));
            (leftBelow, rightBelow) = (leftUpTo, rightUpTo);
        }
        return Math.Clamp(divergence, 0, 1);
    }

    private static double JensenShannonTerm(double p, double q)
    {
        double m = (p + q) / 2;
        return (p > 0 ? p * Math.Log2(p / m) / 2 : 0) + (q > 0 ? q * Math.Log2(q / m) / 2 : 0);
    }

    private static IEnumerable<double> Quantiles(QuantileSketch sketch) => Enumerable.Range(0, Bins + 1).Select(i => sketch.Quantile((double)i / Bins));

    private static Dictionary<string, double> Shares(ColumnProfile column)
    {
        double present = column.Texts.Total + column.Numbers.Total;
        var numbers = column.Numbers.Values().Select(v => (Name: v.Number.ToString(System.Globalization.CultureInfo.InvariantCulture), v.Count));
        return column.Texts.Values().Select(v => (Name: v.Text, v.Count)).Concat(numbers).GroupBy(v => v.Name).ToDictionary(g => g.Key, g => g.Sum(v => v.Count) / present);
    }
}
