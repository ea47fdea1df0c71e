using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Json;

namespace Tidemark.Drift.Detectors;

/// <summary>Detectors by name, with the parameters that a request gives.</summary>
public static class DetectorCatalog
{
    public static readonly IReadOnlyList<string> Names = [Adwin.Name, PageHinkley.Name, Ddm.Name, Eddm.Name, HddmA.Name, HddmW.Name, Kswin.Name];

    /// <param name="name">A name of <see cref="Names"/>, in any case, with hyphens or underscores.</param>
    /// <param name="parameters">An object with some of the detector's parameters, named as river names them; undefined for none.</param>
    public static Outcome<Detector> Create(string? name, JsonElement parameters) => Plain(name) switch
    {
        "adwin" => Read(parameters, DetectorJson.Default.AdwinParameters, p => new Adwin { Parameters = p }),
        "pagehinkley" => Read(parameters, DetectorJson.Default.PageHinkleyParameters, p => new PageHinkley { Parameters = p }),
        "ddm" => Read(parameters, DetectorJson.Default.DdmParameters, p => new Ddm { Parameters = p }),
        "eddm" => Read(parameters, DetectorJson.Default.EddmParameters, p => new Eddm { Parameters = p }),
        "hddma" => Read(parameters, DetectorJson.Default.HddmAParameters, p => new HddmA { Parameters = p }),
        "hddmw" => Read(parameters, DetectorJson.Default.HddmWParameters, p => new HddmW { Parameters = p }),
        "kswin" => Read(parameters, DetectorJson.Default.KswinParameters, p => new Kswin { Parameters = p }),
        _ => JsonLists.Refuse("detector", $"'{name}' is no detector; there are {string.Join(", ", Names)}"),
    };

    /// <summary>The detector with all that it has seen.</summary>
    public static BinaryData Save(Detector detector) => BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(detector, DetectorJson.Default.Detector));

    /// <summary>A detector that <see cref="Save"/> wrote.</summary>
    public static Detector Restore(BinaryData saved) => JsonSerializer.Deserialize(saved, DetectorJson.Default.Detector)!;

    private static string Plain(string? name) => (name ?? "").Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();

    private static Outcome<Detector> Read<T>(JsonElement parameters, JsonTypeInfo<T> type, Func<T, Detector> create)
    {
        const string Field = "parameters";
        try
        {
            T given = parameters.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? JsonSerializer.Deserialize("{}", type)! : parameters.Deserialize(type)!;
            Detector detector = create(given);
            return detector.Fault is { } fault ? JsonLists.Refuse(Field, fault) : detector;
        }
        catch (JsonException error)
        {
            string known = string.Join(", ", type.Properties.Select(property => property.Name));
            return JsonLists.Refuse(error.Path is null or "$" ? Field : Field + error.Path[1..], $"it does not hold what belongs there; the parameters are {known}");
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(Detector))]
internal sealed partial class DetectorJson : JsonSerializerContext;
