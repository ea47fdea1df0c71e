using Tidemark.Feedback.Metrics;

namespace Tidemark.Feedback.Estimation;

/// <summary>
/// A metric of classes expected from calibrated probabilities alone: a row predicted positive is a true positive with its probability and a false
/// one otherwise. NannyML, "Confidence-based performance estimation" (CBPE).
/// </summary>
internal static class EstimatedMetric
{
    public static readonly IReadOnlyList<string> Names =
        [MetricNames.RocAuc, MetricNames.Accuracy, MetricNames.Precision, MetricNames.Recall, MetricNames.F1, MetricNames.Specificity];

    /// <summary>Of two classes, or the mean over each class against the rest; accuracy is the mean probability of what was predicted.</summary>
    /// <param name="metric">One of <see cref="Names"/>.</param>
    /// <param name="rows">The rows as the model answered them.</param>
    /// <param name="probabilities">Per part of the rows, calibrated.</param>
    /// <returns>NaN when the rows do not define it.</returns>
    public static double Of(string metric, ScoredRows rows, double[][] probabilities)
    {
        if (probabilities.Length == 1)
            return Of(metric, rows.Scores, probabilities[0], rows.Predictions);
        if (metric == MetricNames.Accuracy)
            return rows.Predictions.Select((prediction, row) => probabilities[prediction][row]).Average();
        // A class that was never predicted has no precision; it counts as 0, as it does where labels are known.
        return rows.Parts().Select((part, c) => Of(metric, part.Scores, probabilities[c], part.Predictions)).Average(value => double.IsNaN(value) && metric == MetricNames.Precision ? 0 : value);
    }

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
    public static double Realized(string metric, ScoredRows rows)
    {
        int[] labels = rows.Labels!;
        if (rows.Classes > 2)
            return RealizedOfClasses(metric, rows, labels);
        if (metric == MetricNames.RocAuc)
            return RocAuc.Of(new RankOrder(rows.Scores, i => labels[i] == 1), i => labels[i] == 1, EvaluationOptions.Default).Value ?? double.NaN;
        return Of(metric, [], Array.ConvertAll(labels, label => (double)label), rows.Predictions);
    }

    /// <summary>The name under which <see cref="MulticlassQuality"/> has the mean over three and more classes; null where it has none.</summary>
    public static string? NameOfClasses(string metric) => metric switch
    {
        MetricNames.Accuracy => metric,
        MetricNames.RocAuc => $"{metric}_ovr_macro",
        MetricNames.Specificity => null,
        _ => $"{metric}_macro",
    };

    private static double RealizedOfClasses(string metric, ScoredRows rows, int[] labels)
    {
        if (metric == MetricNames.RocAuc)
            return RocAuc.OneVersusRest(labels, rows.ByRow(), rows.Classes, weighted: false, EvaluationOptions.Default).Value ?? double.NaN;
        var matrix = new ConfusionMatrix(labels, rows.Predictions, rows.Classes);
        return metric switch
        {
            MetricNames.Accuracy => (double)matrix.Correct / matrix.Total,
            MetricNames.Precision => matrix.Average(ConfusionMatrix.Precision, weighted: false),
            MetricNames.Recall => matrix.Average(ConfusionMatrix.Recall, weighted: false),
            MetricNames.F1 => matrix.Average(ConfusionMatrix.F1, weighted: false),
            _ => matrix.Average((m, c) => 1 - ((double)(m.Predicted(c) - m[c, c]) / Math.Max(1, m.Total - m.Support(c))), weighted: false),
        };
    }
}
