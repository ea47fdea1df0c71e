using System.Text.Json.Serialization;

namespace Tidemark.Platform.Alerts;

public enum AlertSeverity
{
    [JsonStringEnumMemberName("info")]
    Info,

    [JsonStringEnumMemberName("warning")]
    Warning,

    [JsonStringEnumMemberName("critical")]
    Critical,
}

/// <summary>Something that people should know. Whoever finds it may tell it twice: what is the same has the same <see cref="Id"/>.</summary>
public sealed record Alert
{
    /// <summary>SHA-256 of <c>model|kind|subject|window</c>, 64 lower-case hexadecimal digits.</summary>
    public string Id => AlertSender.IdOf(Model, Kind, Subject, Window);

    public required string Model { get; init; }

    /// <summary>What kind of thing, e.g. <c>drift</c>, <c>quality</c>.</summary>
    public required string Kind { get; init; }

    public required AlertSeverity Severity { get; init; }

    /// <summary>One line.</summary>
    public required string Title { get; init; }

    /// <summary>What was found, with figures, and what would help.</summary>
    public required string Detail { get; init; }

    /// <summary>What it is about within the model, e.g. a version or a column.</summary>
    public required string Subject { get; init; }

    /// <summary>The time that it is about, e.g. the beginning of a window, as text.</summary>
    public required string Window { get; init; }

    /// <summary>When it was found, UTC.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Where the suite's documentation says what to do, e.g. <c>docs/monitoring.md#drift</c>.</summary>
    public string? Runbook { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Alert))]
public sealed partial class AlertJson : JsonSerializerContext;
