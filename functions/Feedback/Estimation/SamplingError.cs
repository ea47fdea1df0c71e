using Tidemark.Feedback.Metrics;

namespace Tidemark.Feedback.Estimation;

/// <summary>
/// How much a metric of a chunk wanders by chance alone: the standard deviation of what one row adds to it, learnt on reference rows, over the square
/// root of the chunk's rows that matter to it. NannyML, "Estimation of standard error".
/// </summary>
/// <param name="Deviation">Standard deviation over the reference rows that matter.</param>
/// <param name="Fraction">Share of rows that matter.</param>
public sealed record SamplingError(double Deviation, double Fraction)
{
    public double For(int rows) => Deviation / Math.Sqrt(rows * Fraction);

    /// <summary>Of more than two classes the errors of each against the rest, as of independent terms of a mean; accuracy is of the rows themselves.</summary>
    internal static SamplingError Learn(string metric, ScoredRows reference)
    {
        if (reference.Classes == 2)
            return Learn(metric, reference.Scores, reference.Predictions, reference.Labels!);
        if (metric == MetricNames.Accuracy)
            return OfRows(reference.Count, reference.Predictions.Zip(reference.Labels!, (p, l) => p == l));
        double squares = 0;
        foreach (ScoredRows part in reference.Parts())
        {
            bool defined = part.Labels!.Contains(1) && part.Labels.Contains(0) && (metric != MetricNames.Precision || part.Predictions.Contains(1));
            SamplingError error = defined ? Learn(metric, part.Scores, part.Predictions, part.Labels!) : new(0, 1);
            squares += error.Deviation * error.Deviation / error.Fraction;
        }

        return new(Math.Sqrt(squares) / reference.Classes, 1);
    }

    internal static SamplingError Learn(string metric, double[] scores, int[] predictions, int[] labels) => metric switch
    {
        MetricNames.RocAuc => Area(scores, labels),
        MetricNames.Accuracy => OfRows(labels.Length, Pairs(predictions, labels).Select(r => r.Prediction == r.Label)),
        MetricNames.Precision => OfRows(labels.Length, Pairs(predictions, labels).Where(r => r.Prediction == 1).Select(r => r.Label == 1)),
        MetricNames.Recall => OfRows(labels.Length, Pairs(predictions, labels).Where(r => r.Label == 1).Select(r => r.Prediction == 1)),
        MetricNames.Specificity => OfRows(labels.Length, Pairs(predictions, labels).Where(r => r.Label == 0).Select(r => r.Prediction == 0)),
        MetricNames.F1 => F1(predictions, labels),
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "No metric that can be estimated."),
    };

    private static SamplingError F1(int[] predictions, int[] labels)
    {
        bool[] hits = [.. Pairs(predictions, labels).Where(r => r.Prediction == 1 || r.Label == 1).Select(r => r.Prediction == r.Label)];
        double scale = hits.Length / ((hits.Count(hit => !hit) * 0.5) + hits.Count(hit => hit));
        SamplingError plain = OfRows(labels.Length, hits);
        return plain with { Deviation = plain.Deviation * scale };
    }

    /// <summary>By the placements of the rarer class, whose rows matter most.</summary>
    private static SamplingError Area(double[] scores, int[] labels)
    {
        int rare = labels.Sum() > 0.5 * labels.Length ? 0 : 1;
        double[] placements = new RankOrder(scores, i => labels[i] == 1).Placements();
        double[] ofRare = [.. placements.Where((_, i) => labels[i] == rare)];
        return new(Deviate(ofRare), (double)ofRare.Length / labels.Length);
    }

    private static SamplingError OfRows(int rows, IEnumerable<bool> hits)
    {
        double[] values = [.. hits.Select(hit => hit ? 1.0 : 0)];
        return new(Deviate(values), (double)values.Length / rows);
    }

    private static IEnumerable<(int Prediction, int Label)> Pairs(int[] predictions, int[] labels) => predictions.Zip(labels);

    private static double Deviate(double[] values)
    {
        double mean = values.Average();
        return Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
    }
}
