namespace Tidemark.Feedback.Metrics;

/// <summary>Metrics of three and more classes: averages over classes, each class alike (macro) or by its rows (weighted).</summary>
public static class MulticlassQuality
{
    /// <param name="labels">True class of each row, counted from 0.</param>
    /// <param name="predictions">Predicted class of each row; empty: not known.</param>
    /// <param name="scores">Per row the probability of each class; empty: not known.</param>
    /// <param name="names">Names of the classes.</param>
    /// <param name="options">Confidence, costs.</param>
    public static QualityReport Evaluate(int[] labels, int[] predictions, double[][] scores, IReadOnlyList<string> names, EvaluationOptions options)
    {
        var metrics = new Dictionary<string, MetricValue>(StringComparer.Ordinal);
        ConfusionMatrix? matrix = predictions.Length > 0 ? new(labels, predictions, names.Count) : null;
        if (matrix is not null)
        {
            metrics[MetricNames.Accuracy] = Intervals.Wilson(matrix.Correct, matrix.Total, options.Confidence, "there are no rows");
            Add(metrics, MetricNames.Precision, matrix, ConfusionMatrix.Precision, options);
            Add(metrics, MetricNames.Recall, matrix, ConfusionMatrix.Recall, options);
            Add(metrics, MetricNames.F1, matrix, ConfusionMatrix.F1, options);
            if (options.Costs is { } costs)
                metrics[MetricNames.ExpectedCost] = Intervals.Mean(Losses.Costs(labels, predictions, costs), options.Confidence);
        }

        if (scores.Length > 0)
        {
            metrics[$"{MetricNames.RocAuc}_ovr_macro"] = RocAuc.OneVersusRest(labels, scores, names.Count, weighted: false, options);
            metrics[$"{MetricNames.RocAuc}_ovr_weighted"] = RocAuc.OneVersusRest(labels, scores, names.Count, weighted: true, options);
            metrics[MetricNames.LogLoss] = scores.All(row => row.All(p => p is >= 0 and <= 1))
                ? Intervals.Mean([.. labels.Select((label, i) => Losses.Log(scores[i], label))], options.Confidence)
                : MetricValue.Undefined("the scores are no probabilities: some are below 0 or above 1");
        }

        return new(labels.Length, metrics, matrix is null ? null : new(names, matrix.Rows()));
    }

    private static void Add(
        Dictionary<string, MetricValue> metrics, string name, ConfusionMatrix matrix, Func<ConfusionMatrix, int, double> ofClass, EvaluationOptions options)
    {
        metrics[name + "_macro"] = matrix.Averaged(ofClass, weighted: false, options);
        metrics[name + "_weighted"] = matrix.Averaged(ofClass, weighted: true, options);
    }
}
