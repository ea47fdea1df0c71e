using System.Globalization;
using Tidemark.Drift.Verdicts;
using Tidemark.Platform.Tabular.Profiles;

namespace Tidemark.Reports;

/// <summary>Lays the window of a column over its reference, in the same bins or categories.</summary>
internal static class Distributions
{
    private const int Bins = 24;
    private const int MostValues = 16;
    private const int MostCategories = 12;

    /// <summary>Share of the values on either end that share a bin with their neighbours, so that one far value does not squeeze all others.</summary>
    private const double Tail = 0.002;

    public static Distribution Of(ColumnProfile? reference, long referenceRows, ColumnProfile? current, long currentRows, bool numeric)
    {
        if (reference is null || current is null)
            return Distribution.None;
        ColumnSample before = ColumnSample.Of(reference, referenceRows, numeric), now = ColumnSample.Of(current, currentRows, numeric);
        if (before.Count == 0 && now.Count == 0)
            return Distribution.None;
        if (!numeric)
            return new(false, [.. Categories(Shares(before), Shares(now))]);
        double[] values = [.. before.Values.Concat(now.Values).Distinct().Order().Take(MostValues + 1)];
        return values.Length <= MostValues
            ? new(false, [.. values.Select(v => new DistributionBar(Text(v), v, v, Share(before, v), Share(now, v)))])
            : new(true, [.. Histogram(before, now)]);
    }

    private static IEnumerable<DistributionBar> Categories(Dictionary<string, double> before, Dictionary<string, double> now)
    {
        string[] names = [.. before.Keys.Union(now.Keys, StringComparer.Ordinal).Where(n => n != ColumnSample.Others)
            .OrderByDescending(n => before.GetValueOrDefault(n) + now.GetValueOrDefault(n)).ThenBy(n => n, StringComparer.Ordinal).Take(MostCategories)];
        foreach (string name in names)
            yield return new(name, null, null, before.GetValueOrDefault(name), now.GetValueOrDefault(name));
        double restBefore = before.Values.Sum() - names.Sum(n => before.GetValueOrDefault(n)), restNow = now.Values.Sum() - names.Sum(n => now.GetValueOrDefault(n));
        if (restBefore > 1e-9 || restNow > 1e-9)
            yield return new(ColumnSample.Others, null, null, Math.Max(0, restBefore), Math.Max(0, restNow));
    }

    private static IEnumerable<DistributionBar> Histogram(ColumnSample before, ColumnSample now)
    {
        ColumnSample[] sides = [.. new[] { before, now }.Where(s => s.Values.Length > 0)];
        (double low, double high) = (sides.Min(s => Quantile(s, Tail)), sides.Max(s => Quantile(s, 1 - Tail)));
        if (high <= low)
            (low, high) = (sides.Min(s => s.Values[0]), sides.Max(s => s.Values[^1]));
        double width = (high - low) / Bins;
        double[] left = Counted(before, low, width), right = Counted(now, low, width);
        return Enumerable.Range(0, Bins).Select(i => new DistributionBar($"{Text(low + (i * width))} – {Text(low + ((i + 1) * width))}", low + (i * width), low + ((i + 1) * width), left[i], right[i]));
    }

    /// <summary>Shares in the bins; what is outside counts in the outermost.</summary>
    private static double[] Counted(ColumnSample sample, double low, double width)
    {
        double[] shares = new double[Bins];
        double total = Total(sample);
        for (int i = 0; i < sample.Values.Length; i++)
            shares[Math.Clamp((int)Math.Floor((sample.Values[i] - low) / width), 0, Bins - 1)] += Weight(sample, i) / total;
        return shares;
    }

    private static double Quantile(ColumnSample sample, double share)
    {
        double wanted = share * Total(sample), sum = 0;
        for (int i = 0; i < sample.Values.Length; i++)
        {
            sum += Weight(sample, i);
            if (sum >= wanted)
                return sample.Values[i];
        }

        return sample.Values[^1];
    }

    private static double Share(ColumnSample sample, double value)
    {
        double sum = 0;
        for (int i = 0; i < sample.Values.Length; i++)
            sum += sample.Values[i] == value ? Weight(sample, i) : 0;
        return sample.Values.Length == 0 ? 0 : sum / Total(sample);
    }

    private static Dictionary<string, double> Shares(ColumnSample sample) =>
        sample.Categories.ToDictionary(c => c.Key, c => sample.Count == 0 ? 0 : (double)c.Value / sample.Count, StringComparer.Ordinal);

    private static double Weight(ColumnSample sample, int i) => sample.Weights.Length == 0 ? 1 : sample.Weights[i];

    private static double Total(ColumnSample sample) => sample.Weights.Length == 0 ? sample.Values.Length : sample.Weights.Sum();

    private static string Text(double value) => value.ToString("G5", CultureInfo.InvariantCulture);
}
