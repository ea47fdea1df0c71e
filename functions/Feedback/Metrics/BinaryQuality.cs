namespace Tidemark.Feedback.Metrics;

/// <summary>Metrics of two classes, 1 the positive one.</summary>
public static class BinaryQuality
{
    private static readonly string[] FromScores = [MetricNames.LogLoss, MetricNames.Brier, MetricNames.CalibrationError];

    /// <param name="labels">What happened, 0 or 1.</param>
    /// <param name="predictions">What was predicted, 0 or 1, as long as the labels; empty: not known.</param>
    /// <param name="scores">Score of the positive class, finite, as long as the labels; empty: not known.</param>
    /// <param name="names">Names of class 0 and class 1.</param>
    /// <param name="options">Confidence, bins, costs.</param>
    public static QualityReport Evaluate(int[] labels, int[] predictions, double[] scores, IReadOnlyList<string> names, EvaluationOptions options)
    {
        var metrics = new Dictionary<string, MetricValue>(StringComparer.Ordinal);
        ConfusionMatrix? matrix = predictions.Length > 0 ? new(labels, predictions, 2) : null;
        if (matrix is not null)
            AddDecisions(metrics, matrix, options);
        if (scores.Length > 0)
            AddScores(metrics, labels, scores, options);
        if (matrix is not null && options.Costs is { } costs)
            metrics[MetricNames.ExpectedCost] = Intervals.Mean(Losses.Costs(labels, predictions, costs), options.Confidence);
        bool probabilities = scores.Length > 0 && scores.All(IsProbability);
        return new(
            labels.Length, metrics, matrix is null ? null : new(names, matrix.Rows()), probabilities ? Calibration.Bins(scores, labels, options.Bins) : null);
    }

    private static void AddDecisions(Dictionary<string, MetricValue> metrics, ConfusionMatrix matrix, EvaluationOptions options)
    {
        (long tn, long fp, long fn, long tp) = (matrix[0, 0], matrix[0, 1], matrix[1, 0], matrix[1, 1]);
        metrics[MetricNames.Accuracy] = Intervals.Wilson(tp + tn, matrix.Total, options.Confidence, "there are no rows");
        metrics[MetricNames.Precision] = Intervals.Wilson(tp, tp + fp, options.Confidence, "nothing was predicted positive");
        metrics[MetricNames.Recall] = Intervals.Wilson(tp, tp + fn, options.Confidence, "no label is positive");
        metrics[MetricNames.Specificity] = Intervals.Wilson(tn, tn + fp, options.Confidence, "no label is negative");
        // F1 = 2J / (1 + J) of the Jaccard index J = TP / (TP + FP + FN), which is a proportion.
        metrics[MetricNames.F1] = Intervals.Wilson(tp, tp + fp + fn, options.Confidence, "no label and no prediction is positive").Through(j => 2 * j / (1 + j));
    }

    private static void AddScores(Dictionary<string, MetricValue> metrics, int[] labels, double[] scores, EvaluationOptions options)
    {
        bool IsPositive(int row) => labels[row] == 1;
        var order = new RankOrder(scores, IsPositive);
        metrics[MetricNames.RocAuc] = RocAuc.Of(order, IsPositive, options);
        metrics[MetricNames.PrAuc] = order.Positives == 0
            ? MetricValue.Undefined("no label is positive")
            : Bootstrap.Rows(order.AveragePrecision(), labels.Length, options, order.AveragePrecision);
        if (!scores.All(IsProbability))
        {
            foreach (string name in FromScores)
                metrics[name] = MetricValue.Undefined("the scores are no probabilities: some are below 0 or above 1");
            return;
        }

        metrics[MetricNames.LogLoss] = Intervals.Mean([.. labels.Select((label, i) => Losses.Log(scores[i], label))], options.Confidence);
        metrics[MetricNames.Brier] = Intervals.Mean([.. labels.Select((label, i) => Losses.Brier(scores[i], label))], options.Confidence);
        metrics[MetricNames.CalibrationError] = Calibration.Error(scores, labels, options);
    }

    private static bool IsProbability(double score) => score is >= 0 and <= 1;
}
