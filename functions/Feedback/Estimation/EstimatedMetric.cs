using Tidemark.Feedback.Metrics;

namespace Tidemark.Feedback.Estimation;

/// <summary>
/// A metric of two classes expected from calibrated probabilities alone: a row predicted positive is a true positive with its probability and a false
/// one otherwise. NannyML, "Confidence-based performance estimation" (CBPE).
/// </summary>
internal static class EstimatedMetric
{
    public static readonly IReadOnlyList<string> Names =
        [MetricNames.RocAuc, MetricNames.Accuracy, MetricNames.Precision, MetricNames.Recall, MetricNames.F1, MetricNames.Specificity];

    /// <param name="metric">One of <see cref="Names"/>.</param>
    /// <param name="scores">As the model gave them.</param>
    /// <param name="probabilities">The scores calibrated.</param>
    /// <param name="predictions">0 or 1.</param>
    /// <returns>NaN when the rows do not define it.</returns>
    public static double Of(string metric, ReadOnlySpan<double> scores, ReadOnlySpan<double> probabilities, ReadOnlySpan<int> predictions)
    {
        if (metric == MetricNames.RocAuc)
            return Area(scores, probabilities);
        (double tp, double fp, double tn, double fn) = (0, 0, 0, 0);
        for (int i = 0; i < probabilities.Length; i++)
        {
            (double p, double not) = (probabilities[i], 1 - probabilities[i]);
            if (predictions[i] == 1)
                (tp, fp) = (tp + p, fp + not);
            else
                (fn, tn) = (fn + p, tn + not);
        }

        return metric switch
        {
            MetricNames.Accuracy => (tp + tn) / (tp + tn + fp + fn),
            MetricNames.Precision => tp / (tp + fp),
            MetricNames.Recall => tp / (tp + fn),
            MetricNames.F1 => tp / (tp + (0.5 * (fp + fn))),
            MetricNames.Specificity => tn / (tn + fp),
            _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "No metric that can be estimated."),
        };
    }

    /// <summary>Area under the expected ROC curve, by trapezes.</summary>
    private static double Area(ReadOnlySpan<double> scores, ReadOnlySpan<double> probabilities)
    {
        double[] keys = scores.ToArray();
        double[] sorted = probabilities.ToArray();
        Array.Sort(keys, sorted);
        (double area, double tp, double fp) = (0, 0, 0);
        for (int i = sorted.Length - 1; i >= 0; i--)
        {
            (double hit, double miss) = (sorted[i], 1 - sorted[i]);
            area += miss * (tp + (hit / 2));
            (tp, fp) = (tp + hit, fp + miss);
        }

        return area / (tp * fp);
    }

    /// <summary>The metric of rows whose labels are known; NaN when the rows do not define it.</summary>
    public static double Realized(string metric, double[] scores, int[] predictions, int[] labels)
    {
        if (metric == MetricNames.RocAuc)
            return RocAuc.Of(new RankOrder(scores, i => labels[i] == 1), i => labels[i] == 1, EvaluationOptions.Default).Value ?? double.NaN;
        return Of(metric, [], Array.ConvertAll(labels, label => (double)label), predictions);
    }
}
