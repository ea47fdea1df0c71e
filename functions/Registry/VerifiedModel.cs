using System.Text.Json;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Inference;

namespace Tidemark.Registry;

/// <summary>What ONNX Runtime says of a file that loads and answers a trial run.</summary>
public sealed record VerifiedModel(
    string Sha256,
    long Size,
    IReadOnlyDictionary<string, long> Opset,
    IReadOnlyList<TensorSpec> Inputs,
    IReadOnlyList<TensorSpec> Outputs,
    IReadOnlyList<string>? ClassLabels)
{
    /// <summary>Loads the model and runs it once, or says why it can't be served.</summary>
    public static Outcome<VerifiedModel> Check(ModelFile file)
    {
        var loaded = OnnxModel.Load(file.Bytes);
        if (!loaded.Ok) return loaded.Failure;

        using OnnxModel model = loaded.Value;
        return model.TrialRun().Map(_ => new VerifiedModel(
            file.Sha256, file.Bytes.LongLength, model.Opset, model.Inputs, model.Outputs, Labels(model.CustomMetadata)));
    }

    /// <summary>The manifest, the same for everyone who seals this row: all that varies was fixed when the row was written.</summary>
    public ModelManifest Describe(VersionReference version, VersionRow row)
    {
        ModelMetadata said = JsonSerializer.Deserialize(row.Metadata, RegistryJson.Default.ModelMetadata) ?? new ModelMetadata();
        return new ModelManifest
        {
            Model = version.Model.ToString(),
            Version = version.Version.ToString(),
            Sha256 = Sha256,
            Size = Size,
            Opset = Opset,
            Inputs = Inputs,
            Outputs = Outputs,
            Created = row.Created,
            CreatedBy = row.CreatedBy,
            Description = said.Description,
            Tags = said.Tags ?? new Dictionary<string, string>(),
            Metrics = said.Metrics ?? new Dictionary<string, double>(),
            Lineage = said.Lineage ?? new Dictionary<string, string>(),
            ClassLabels = said.ClassLabels ?? ClassLabels,
        };
    }

    /// <summary>Class labels that the exporter left in the model's own metadata; a text that is no JSON list of strings is as good as none.</summary>
    private static List<string>? Labels(IReadOnlyDictionary<string, string> metadata)
    {
        try
        {
            return metadata.TryGetValue("class_labels", out string? json) ? JsonSerializer.Deserialize(json, RegistryJson.Default.ListString) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
