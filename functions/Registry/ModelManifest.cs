using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tidemark.Platform.Inference;

namespace Tidemark.Registry;

/// <summary>What a sealed model version is: written once as <c>{model}/{version}/manifest.json</c> beside the model, never changed.</summary>
public sealed record ModelManifest
{
    public required string Model { get; init; }

    public required string Version { get; init; }

    /// <summary>SHA-256 of <c>model.onnx</c>, 64 lower-case hexadecimal digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Length of <c>model.onnx</c> in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>Operator sets that the model imports: domain (<c>ai.onnx</c>, <c>ai.onnx.ml</c>…) to version.</summary>
    public required IReadOnlyDictionary<string, long> Opset { get; init; }

    /// <summary>Inputs as ONNX Runtime reports them.</summary>
    public required IReadOnlyList<TensorSpec> Inputs { get; init; }

    /// <summary>Outputs as ONNX Runtime reports them.</summary>
    public required IReadOnlyList<TensorSpec> Outputs { get; init; }

    /// <summary>When the version was registered, UTC.</summary>
    public required DateTimeOffset Created { get; init; }

    public required string CreatedBy { get; init; }

    public string? Description { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = Empty<string>();

    /// <summary>Figures of the training run, e.g. <c>auc</c>: finite numbers.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = Empty<double>();

    /// <summary>Where the model comes from, e.g. <c>dataset</c>, <c>commit</c>, <c>run</c>.</summary>
    public IReadOnlyDictionary<string, string> Lineage { get; init; } = Empty<string>();

    /// <summary>Names of the classes in the order of the probabilities; null when the model is no classifier or does not say.</summary>
    public IReadOnlyList<string>? ClassLabels { get; init; }

    private static Dictionary<string, T> Empty<T>() => new(0, StringComparer.Ordinal);
}

/// <summary>What whoever registers a version may say about it: part <c>metadata</c> of the upload, or <c>metadata.json</c> beside a dropped model.</summary>
public sealed record ModelMetadata
{
    /// <summary>A version of the caller's choice; null = the next number.</summary>
    public string? Version { get; init; }

    public string? Description { get; init; }

    public string? CreatedBy { get; init; }

    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    public IReadOnlyDictionary<string, double>? Metrics { get; init; }

    public IReadOnlyDictionary<string, string>? Lineage { get; init; }

    public IReadOnlyList<string>? ClassLabels { get; init; }
}

/// <summary>JSON of the registry: camelCase, enums as words.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(ModelManifest))]
[JsonSerializable(typeof(ModelMetadata))]
[JsonSerializable(typeof(List<string>))]
[JsonSerializable(typeof(VersionView))]
[JsonSerializable(typeof(ModelView))]
[JsonSerializable(typeof(ModelPage))]
[JsonSerializable(typeof(AliasView))]
[JsonSerializable(typeof(AliasRequest))]
[JsonSerializable(typeof(RollbackRequest))]
[JsonSerializable(typeof(HistoryPage))]
[JsonSerializable(typeof(HistoryView))]
internal sealed partial class RegistryJson : JsonSerializerContext;

internal static class RegistryAnswers
{
    /// <summary>For answers: apostrophes stay apostrophes, since the document is JSON and never part of a page.</summary>
    public static RegistryJson Json { get; } = new(new JsonSerializerOptions(RegistryJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
