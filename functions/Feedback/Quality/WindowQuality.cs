using System.Text.Json;
using System.Text.Json.Serialization;
using Tidemark.Feedback.Estimation;
using Tidemark.Platform.Alerts;

namespace Tidemark.Feedback.Quality;

/// <summary>The quality of a model in a window of time, as stored.</summary>
public sealed record WindowQuality
{
    /// <summary>Beginning, UTC.</summary>
    public required DateTimeOffset Start { get; init; }

    public required int Hours { get; init; }

    /// <summary>When it was counted last.</summary>
    public required DateTimeOffset Computed { get; init; }

    /// <summary>Predictions that the log holds.</summary>
    public required long Rows { get; init; }

    /// <summary>Of those with labels.</summary>
    public required long Labelled { get; init; }

    /// <summary>Rows whose answer could not be read.</summary>
    public long Unreadable { get; init; }

    /// <summary>Why there are no metrics although there are labels.</summary>
    public string? Problem { get; init; }

    public IReadOnlyList<VersionQuality> Versions { get; init; } = [];

    /// <summary>Per column of the policy's segments, the metrics of each value, all versions together.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<GroupQuality>> Segments { get; init; } = new Dictionary<string, IReadOnlyList<GroupQuality>>();

    public IReadOnlyList<QualityFinding> Findings { get; init; } = [];

    /// <summary>Errors of the labelled rows by version, in the order of time: what detectors see when an earlier window changes.</summary>
    public IReadOnlyDictionary<string, double[]> Errors { get; init; } = new Dictionary<string, double[]>();

    /// <summary>By version, the detectors as they stand after this window.</summary>
    public IReadOnlyDictionary<string, JsonElement[]> Detectors { get; init; } = new Dictionary<string, JsonElement[]>();

    [JsonIgnore]
    public DateTimeOffset End => Start.AddHours(Hours);

    /// <summary>True when nothing but the time of counting differs.</summary>
    public bool Repeats(WindowQuality other) =>
        JsonSerializer.Serialize(this with { Computed = other.Computed }, WindowJson.Default.WindowQuality) == JsonSerializer.Serialize(other, WindowJson.Default.WindowQuality);
}

/// <summary>The quality of one version in a window.</summary>
/// <param name="Version">The version.</param>
/// <param name="Labelled">Its rows with labels.</param>
/// <param name="Realized">Metrics by the labels; null without any.</param>
/// <param name="Estimates">Metrics estimated without labels, over all its rows.</param>
/// <param name="Gaps">Estimate and truth of the labelled rows.</param>
public sealed record VersionQuality(
    string Version, long Labelled, EvaluationAnswer? Realized, IReadOnlyDictionary<string, MetricEstimate> Estimates, IReadOnlyDictionary<string, QualityGap> Gaps);

/// <summary>How far an estimate is from the truth, on the same rows.</summary>
/// <param name="Gap">Estimate minus truth.</param>
/// <param name="Allowed">What chance explains: three standard errors, and at least the policy's <c>minGap</c>.</param>
public sealed record QualityGap(double Estimate, double Realized, double Gap, double Allowed)
{
    [JsonIgnore]
    public bool IsAlarming => Math.Abs(Gap) > Allowed;
}

/// <summary>Something in a window that people are told.</summary>
/// <param name="Kind"><c>quality</c>, <c>quality-estimate</c>, <c>quality-gap</c> or <c>concept-drift</c>.</param>
/// <param name="Version">The version.</param>
/// <param name="Subject">The metric or detector.</param>
/// <param name="Severity">How bad.</param>
/// <param name="Title">One line.</param>
/// <param name="Detail">With figures.</param>
/// <param name="Since">Start of the first window in a row that has it.</param>
/// <param name="Retrain">Whether it asks for training.</param>
public sealed record QualityFinding(string Kind, string Version, string Subject, AlertSeverity Severity, string Title, string Detail, DateTimeOffset Since, bool Retrain)
{
    public const string Rule = "quality", Estimated = "quality-estimate", Gap = "quality-gap", Drift = "concept-drift";

    public bool Continues(QualityFinding other) => (Kind, Version, Subject, Retrain) == (other.Kind, other.Version, other.Subject, other.Retrain);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(WindowQuality))]
[JsonSerializable(typeof(ReferenceRows))]
[JsonSerializable(typeof(QualitySeries))]
[JsonSerializable(typeof(CheckAnswer))]
internal sealed partial class WindowJson : JsonSerializerContext;
