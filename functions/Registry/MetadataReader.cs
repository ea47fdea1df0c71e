using System.Text.Json;
using System.Text.Json.Serialization;
using Tidemark.Platform.Errors;

namespace Tidemark.Registry;

/// <summary>Reads what callers say about a version, and refuses what can't be kept: unknown fields, numbers that are not finite, too much of it.</summary>
internal static class MetadataReader
{
    /// <summary>UTF-8 bytes; it is kept in one table property, which holds 32 Ki characters.</summary>
    public const int MaxBytes = 30_000;

    private static readonly RegistryJson Strict = new(new JsonSerializerOptions(RegistryJson.Default.Options)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        MaxDepth = 8,
    });

    public static Outcome<ModelMetadata> Parse(ReadOnlySpan<byte> json)
    {
        if (json.Length > MaxBytes)
            return new Failure(FailureKind.TooLarge, "Metadata too large", $"The metadata has {json.Length} bytes; the limit is {MaxBytes}. Keep long texts elsewhere and name them under lineage.");

        try
        {
            return JsonSerializer.Deserialize(json, Strict.ModelMetadata) is { } metadata
                ? Check(metadata)
                : Refuse("$", "it is null; send a JSON object");
        }
        catch (JsonException e)
        {
            return Refuse(e.Path ?? "$", "it is not what belongs there; the fields are version, description, createdBy (strings), tags and lineage (strings by name), metrics (numbers by name) and classLabels (list of strings)");
        }
    }

    /// <summary>The metadata as it is kept in the version's row.</summary>
    public static string Text(ModelMetadata? metadata) => JsonSerializer.Serialize(metadata ?? new ModelMetadata(), RegistryJson.Default.ModelMetadata);

    public static Outcome<ModelMetadata> Check(ModelMetadata metadata)
    {
        if (metadata.Metrics?.FirstOrDefault(m => !double.IsFinite(m.Value)) is { Key: { } name })
            return Refuse($"$.metrics.{name}", "it is not a finite number");
        if (Texts(metadata).FirstOrDefault(t => t.Text is null) is { Field: { } field })
            return Refuse(field, "it is null; leave it out or send a text");
        return metadata;
    }

    private static IEnumerable<(string Field, string? Text)> Texts(ModelMetadata metadata) =>
    [
        .. (metadata.Tags ?? new Dictionary<string, string>()).Select(t => ($"$.tags.{t.Key}", (string?)t.Value)),
        .. (metadata.Lineage ?? new Dictionary<string, string>()).Select(t => ($"$.lineage.{t.Key}", (string?)t.Value)),
        .. (metadata.ClassLabels ?? []).Select((t, i) => ($"$.classLabels[{i}]", (string?)t)),
    ];

    private static Failure Refuse(string field, string why) => new(FailureKind.Malformed, "Unreadable metadata", $"The metadata can't be read at {field}: {why}.")
    {
        Errors = [new FieldError("metadata" + field.TrimStart('$'), why)],
    };
}
