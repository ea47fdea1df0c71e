using System.Text.Json;
using System.Text.Json.Serialization;
using Tidemark.Platform.Errors;

namespace Tidemark.Retraining.Compute.External;

/// <summary>What a cluster says of a run.</summary>
public sealed record ExternalAnswer
{
    /// <summary><c>running</c> (a heartbeat), <c>succeeded</c> or <c>failed</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>With <c>succeeded</c>: SHA-256 of manifest.json.</summary>
    public string? Manifest { get; init; }

    /// <summary>With <c>succeeded</c>: folder in container <c>runs</c> where the files are, if not the run's own.</summary>
    public string? Place { get; init; }

    /// <summary>With <c>failed</c>: why.</summary>
    public string? Detail { get; init; }

    /// <summary>With <c>running</c>: how much is done, 0 to 1.</summary>
    public double? Progress { get; init; }

    public string? Step { get; init; }

    public double? EtaSeconds { get; init; }

    public static Outcome<ExternalAnswer> Read(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, ExternalJson.Default.ExternalAnswer) is { } answer ? answer.Checked() : Wrong("it is null");
        }
        catch (JsonException e)
        {
            return Wrong(e.Message);
        }
    }

    /// <summary>The progress line that it stands for.</summary>
    internal string Line() => JsonSerializer.Serialize(new ProgressLine("progress", Step ?? "external", Progress ?? 0, 1, EtaSeconds), ExternalJson.Default.ProgressLine);

    private Outcome<ExternalAnswer> Checked() => Outcome switch
    {
        "succeeded" when Manifest is not { Length: 64 } || !Manifest.All(char.IsAsciiHexDigitLower) => Wrong("manifest must be the SHA-256 of manifest.json in 64 lower-case hexadecimal digits"),
        "succeeded" when Place is not null && TrainingRunId.Parse(Place) is { Ok: false } => Wrong($"place '{Place}' is no folder of the container runs: give its name alone"),
        "failed" when string.IsNullOrWhiteSpace(Detail) => Wrong("detail must say why it failed"),
        "running" when Progress is not (null or (>= 0 and <= 1)) || EtaSeconds is < 0 => Wrong("progress is a number from 0 to 1, etaSeconds at least 0"),
        "succeeded" or "failed" or "running" => this,
        _ => Wrong($"outcome '{Outcome}' is none of running, succeeded, failed"),
    };

    private static Failure Wrong(string why) => new(FailureKind.Malformed, "Not an answer", $"The body can't be used: {why}. See docs/retraining-compute.md#external.");
}

/// <summary>What a cluster needs to work on a run; the links are good until <paramref name="Expires"/>.</summary>
/// <param name="Spec">The run spec.</param>
/// <param name="Data">Where to read the data; their hash stands in the spec.</param>
/// <param name="Uploads">Where to write each file, the manifest last.</param>
public sealed record ExternalWork(string Run, string Model, JsonElement Spec, Uri? Data, IReadOnlyDictionary<string, Uri> Uploads, DateTimeOffset Expires);

/// <summary>How the run stands after an answer.</summary>
public sealed record ExternalState(string Run, RunState State, string? Detail);

internal sealed record ProgressLine(string Event, string Step, double Done, double Total, double? EtaSeconds);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ExternalAnswer))]
[JsonSerializable(typeof(ExternalWork))]
[JsonSerializable(typeof(ExternalState))]
[JsonSerializable(typeof(ProgressLine))]
internal sealed partial class ExternalJson : JsonSerializerContext;
