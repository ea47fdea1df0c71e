using System.Text.Json.Serialization;

namespace Tidemark.Reports;

public enum ReportLevel
{
    /// <summary>There was nothing to judge.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,

    [JsonStringEnumMemberName("good")]
    Good,

    /// <summary>Something has changed; somebody should look.</summary>
    [JsonStringEnumMemberName("attention")]
    Attention,

    /// <summary>What changed has lasted, or the model is no longer good enough.</summary>
    [JsonStringEnumMemberName("alarm")]
    Alarm,
}

/// <summary>One thing that the report says first.</summary>
public sealed record ReportFinding(ReportLevel Level, string Title, string Detail);

/// <summary>What the report says in a sentence, and what it stands on, the worst first.</summary>
public sealed record ReportVerdict(ReportLevel Level, string Headline, IReadOnlyList<ReportFinding> Findings);

/// <summary>A model version in a window of time: what the page shows, and what the JSON says.</summary>
public sealed record ModelReport
{
    public required string Id { get; init; }

    public required string Model { get; init; }

    /// <summary>The version that most rows of the window come from; else the champion.</summary>
    public required string? Version { get; init; }

    public required DateTimeOffset From { get; init; }

    /// <summary>End, not included.</summary>
    public required DateTimeOffset To { get; init; }

    public required DateTimeOffset Created { get; init; }

    public required ReportVerdict Verdict { get; init; }

    /// <summary>Rows logged in the window, by version.</summary>
    public required IReadOnlyDictionary<string, long> Rows { get; init; }

    public required DriftSection Drift { get; init; }

    public required QualitySection Quality { get; init; }

    public ModelCard? Card { get; init; }
}

/// <summary>What the model is.</summary>
public sealed record ModelCard(
    string Sha256,
    long Size,
    DateTimeOffset Created,
    string CreatedBy,
    string? Description,
    IReadOnlyDictionary<string, long> Opset,
    IReadOnlyList<TensorFacts> Inputs,
    IReadOnlyList<TensorFacts> Outputs,
    IReadOnlyList<string>? ClassLabels,
    IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyDictionary<string, string> Lineage,
    IReadOnlyDictionary<string, string> Tags);

public sealed record TensorFacts(string Name, string Datatype, string Shape);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ModelReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
