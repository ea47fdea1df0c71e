using Tidemark.Feedback.Metrics;

namespace Tidemark.Feedback;

/// <summary>The metrics of all rows, and of each segment.</summary>
public sealed record EvaluationAnswer(
    QualityTask Task,
    long N,
    double Confidence,
    IReadOnlyDictionary<string, MetricValue> Metrics,
    ConfusionView? ConfusionMatrix,
    IReadOnlyList<CalibrationBin>? Calibration,
    IReadOnlyList<GroupQuality>? Groups)
{
    public static EvaluationAnswer Of(QualityTask task, double confidence, QualityReport report, IReadOnlyList<GroupQuality>? groups) =>
        new(task, report.N, confidence, report.Metrics, report.ConfusionMatrix, report.Calibration, groups);
}

/// <summary>The metrics of one segment.</summary>
public sealed record GroupQuality(string Group, long N, IReadOnlyDictionary<string, MetricValue> Metrics, ConfusionView? ConfusionMatrix)
{
    public static GroupQuality Of(string group, QualityReport report) => new(group, report.N, report.Metrics, report.ConfusionMatrix);
}
