namespace Tidemark.Retraining.Measures;

/// <summary>Measures of a ranking by score; a score that is not a number is an <see cref="ArgumentException"/>.</summary>
public static class Ranking
{
    /// <summary>Area under the ROC curve: the Mann-Whitney statistic, ties counted one half; null where one class is absent.</summary>
    public static double? RocAuc(ReadOnlySpan<bool> positive, ReadOnlySpan<double> scores)
    {
        (double[] sorted, bool[] labels) = Ascending(positive, scores);
        double positives = 0, ranks = 0;
        for (int start = 0; start < sorted.Length;)
        {
            int end = start;
            int hits = 0;
            while (end < sorted.Length && sorted[end] == sorted[start]) hits += labels[end++] ? 1 : 0;
            ranks += hits * (start + end + 1) / 2.0;
            positives += hits;
            start = end;
        }

        double negatives = sorted.Length - positives;
        return positives == 0 || negatives == 0 ? null : (ranks - (positives * (positives + 1) / 2)) / (positives * negatives);
    }

    /// <summary>Average precision; null where there is no positive.</summary>
    public static double? AveragePrecision(ReadOnlySpan<bool> positive, ReadOnlySpan<double> scores)
    {
        (double[] sorted, bool[] labels) = Ascending(positive, scores);
        int total = labels.Count(l => l);
        double area = 0;
        int hits = 0, before = 0;
        for (int end = sorted.Length; end > 0;)
        {
            int start = end;
            while (start > 0 && sorted[start - 1] == sorted[end - 1]) hits += labels[--start] ? 1 : 0;
            area += (hits - before) * (double)hits / (sorted.Length - start);
            (before, end) = (hits, start);
        }

        return total == 0 ? null : area / total;
    }

    /// <summary>The threshold with the largest F1, midway between two scores that occur; the smallest such when several are.</summary>
    public static double BestThreshold(ReadOnlySpan<bool> positive, ReadOnlySpan<double> scores)
    {
        (double[] sorted, bool[] labels) = Ascending(positive, scores);
        int total = labels.Count(l => l), hits = 0;
        double best = -1, threshold = 0.5;
        for (int at = sorted.Length - 1; at >= 0; at--)
        {
            hits += labels[at] ? 1 : 0;
            if (at > 0 && sorted[at - 1] == sorted[at]) continue;
            double f1 = 2.0 * hits / (sorted.Length - at + total);
            if (f1 < best) continue;
            (best, threshold) = (f1, (sorted[at] + (at > 0 ? sorted[at - 1] : 0)) / 2);
        }

        return Math.Clamp(threshold, 1e-6, 1 - 1e-6);
    }

    private static (double[] Scores, bool[] Labels) Ascending(ReadOnlySpan<bool> positive, ReadOnlySpan<double> scores)
    {
        double[] sorted = scores.ToArray();
        bool[] labels = positive.ToArray();
        Array.Sort(sorted, labels);
        // NaN sorts before all and equals nothing, itself included: it has no place in a ranking.
        if (sorted.Length > 0 && double.IsNaN(sorted[0])) throw new ArgumentException("A score is not a number.", nameof(scores));
        return (sorted, labels);
    }
}
