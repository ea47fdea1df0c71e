using System.Text.Json.Serialization;

namespace Tidemark.Feedback.Metrics;

/// <summary>Which kind of answer a model gives.</summary>
public enum QualityTask
{
    [JsonStringEnumMemberName("binary")]
    Binary,

    [JsonStringEnumMemberName("multiclass")]
    Multiclass,

    [JsonStringEnumMemberName("regression")]
    Regression,
}

/// <summary>Counts of true classes (rows) against predicted ones (columns).</summary>
public sealed record ConfusionView(IReadOnlyList<string> Labels, long[][] Matrix);

/// <summary>All metrics of a set of rows.</summary>
/// <param name="N">Rows.</param>
/// <param name="Metrics">By name: <c>accuracy</c>, <c>roc_auc</c>…</param>
/// <param name="ConfusionMatrix">For classes.</param>
/// <param name="Calibration">Reliability diagram; for two classes with probabilities.</param>
public sealed record QualityReport(
    long N,
    IReadOnlyDictionary<string, MetricValue> Metrics,
    ConfusionView? ConfusionMatrix = null,
    IReadOnlyList<CalibrationBin>? Calibration = null);
