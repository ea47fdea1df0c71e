namespace Tidemark.Feedback.Metrics;

/// <summary>A bin of a reliability diagram: rows whose score is in (<see cref="From"/>, <see cref="To"/>].</summary>
public sealed record CalibrationBin(double From, double To, long N, double MeanScore, double Observed);

/// <summary>
/// Calibration of scores in bins of equal width. Expected calibration error as in C. Guo et al., "On calibration of modern neural networks", ICML 2017,
/// for the probability of the positive class.
/// </summary>
internal static class Calibration
{
    public static IReadOnlyList<CalibrationBin> Bins(ReadOnlySpan<double> scores, ReadOnlySpan<int> labels, int bins)
    {
        (long[] n, double[] score, double[] hits) = (new long[bins], new double[bins], new double[bins]);
        for (int i = 0; i < scores.Length; i++)
        {
            int bin = BinOf(scores[i], bins);
            n[bin]++;
            score[bin] += scores[i];
            hits[bin] += labels[i];
        }

        return [.. Enumerable.Range(0, bins).Where(b => n[b] > 0)
            .Select(b => new CalibrationBin((double)b / bins, (double)(b + 1) / bins, n[b], score[b] / n[b], hits[b] / n[b]))];
    }

    public static MetricValue Error(double[] scores, int[] labels, EvaluationOptions options)
    {
        int[] places = Array.ConvertAll(scores, score => BinOf(score, options.Bins));
        double[] apart = new double[options.Bins];
        double value = Error(places, scores, labels, null, apart);
        return Bootstrap.Rows(value, scores.Length, options, weights => Error(places, scores, labels, weights, apart));
    }

    private static double Error(int[] places, double[] scores, int[] labels, int[]? weights, double[] apart)
    {
        Array.Clear(apart);
        double rows = 0;
        for (int i = 0; i < places.Length; i++)
        {
            int weight = weights?[i] ?? 1;
            rows += weight;
            apart[places[i]] += weight * (scores[i] - labels[i]);
        }

        return apart.Sum(Math.Abs) / rows;
    }

    private static int BinOf(double score, int bins)
    {
        int bin = Math.Clamp((int)Math.Ceiling(score * bins) - 1, 0, bins - 1);
        // The product may round to the other side of an edge.
        if (bin > 0 && score <= (double)bin / bins)
            bin--;
        else if (bin + 1 < bins && score > (double)(bin + 1) / bins)
            bin++;
        return bin;
    }
}
