using Tidemark.Retraining.Data;

namespace Tidemark.Retraining.Evaluation;

/// <summary>
/// The interval of a difference between two models on the same rows: rows are drawn with replacement, both models are judged on each draw, and the
/// interval is the percentiles of the differences (B. Efron, R. J. Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13). Pairing takes out
/// what is hard about the rows for both. Seeded: the same rows give the same interval.
/// </summary>
internal static class PairedBootstrap
{
    /// <summary>Rows drawn at most, all resamples together; many rows need fewer resamples.</summary>
    private const long RowBudget = 200_000_000;
    private const int LeastResamples = 200;

    /// <param name="confidence">Of the interval, two-sided.</param>
    public static Comparison Compare(string metric, HeldOutRows rows, ModelScores reference, ModelScores challenger, GatePolicy policy, double confidence)
    {
        var before = WeightedMetric.Prepare(metric, rows, reference);
        var after = WeightedMetric.Prepare(metric, rows, challenger);
        int[] weights = new int[rows.Count];
        Array.Fill(weights, 1);
        (double? was, double? now) = (before.Of(weights), after.Of(weights));
        if (Metrics.Improvement(metric, was, now) is not { } improvement) return new(was, now, null, null, null);
        int resamples = (int)Math.Clamp(RowBudget / Math.Max(1, rows.Count), LeastResamples, policy.Resamples);
        List<double> found = new(resamples);
        for (int b = 0; b < resamples; b++)
        {
            Draw(weights, (ulong)policy.Seed, (ulong)b);
            if (Metrics.Improvement(metric, before.Of(weights), after.Of(weights)) is { } value) found.Add(value);
        }

        if (found.Count < resamples / 2) return new(was, now, improvement, null, null);
        found.Sort();
        double tail = (1 - confidence) / 2;
        return new(was, now, improvement, Quantile(found, tail), Quantile(found, 1 - tail));
    }

    /// <summary>How often each row is drawn in resample <paramref name="b"/>, by the contract's rule.</summary>
    private static void Draw(int[] weights, ulong seed, ulong b)
    {
        Array.Clear(weights);
        ulong salt = SplitMix.Next(SplitMix.Mix(seed, 77, b)), count = (ulong)weights.Length;
        for (ulong i = 0; i < count; i++) weights[SplitMix.Next(i ^ salt) % count]++;
    }

    private static double Quantile(List<double> sorted, double share)
    {
        double place = share * (sorted.Count - 1);
        int below = (int)place;
        return below + 1 == sorted.Count ? sorted[below] : sorted[below] + ((place - below) * (sorted[below + 1] - sorted[below]));
    }
}
