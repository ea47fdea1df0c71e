using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Tidemark.Platform.Inference;
using Tidemark.Registry;

namespace Tidemark.Prediction;

/// <summary>What a model takes and gives, and whether it answers, in the words of the Open Inference Protocol v2.</summary>
public sealed class ModelDescription
{
    private readonly ServedModels models;
    private readonly OpenInference protocol;

    internal ModelDescription(ServedModels models, OpenInference protocol) => (this.models, this.protocol) = (models, protocol);

    /// <summary>Metadata of a version, or of the champion: 200, 404, 503.</summary>
    public async Task<IResult> DescribeAsync(string model, string? version, CancellationToken cancellation)
    {
        var resolved = await models.ResolveAsync(model, version, cancellation);
        return resolved.Ok ? Results.Json(View(resolved.Value), PredictionJson.Default.ModelView) : protocol.Refuse(resolved.Failure);
    }

    /// <summary>200 when the version is in memory; loads it when it is not. 503 when it cannot be loaded.</summary>
    public async Task<IResult> ReadyAsync(string model, string? version, CancellationToken cancellation)
    {
        var acquired = await models.AcquireAsync(model, version, cancellation);
        if (!acquired.Ok) return protocol.Refuse(acquired.Failure);
        using var lease = acquired.Value;
        return Results.Json(new ModelReadyView(lease.Model.NameText, lease.Model.Version.ToString(), true), PredictionJson.Default.ModelReadyView);
    }

    private static ModelView View(ResolvedModel resolved) =>
        new(resolved.Manifest.Model, [resolved.Manifest.Version], "onnxruntime_onnx", resolved.Manifest.Inputs, resolved.Manifest.Outputs);
}

/// <param name="Name">The model.</param>
/// <param name="Versions">The version described.</param>
/// <param name="Platform">As other servers call ONNX models on ONNX Runtime.</param>
/// <param name="Inputs">The tensors it takes.</param>
/// <param name="Outputs">The tensors it gives.</param>
internal sealed record ModelView(string Name, IReadOnlyList<string> Versions, string Platform, IReadOnlyList<TensorSpec> Inputs, IReadOnlyList<TensorSpec> Outputs);

internal sealed record ModelReadyView(string Name, string Version, bool Ready);

internal sealed record ServerView(string Name, string Version, IReadOnlyList<string> Extensions);

internal sealed record LiveView(bool Live);

internal sealed record ReadyView(bool Ready);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ModelView))]
[JsonSerializable(typeof(ModelReadyView))]
[JsonSerializable(typeof(ServerView))]
[JsonSerializable(typeof(LiveView))]
[JsonSerializable(typeof(ReadyView))]
internal sealed partial class PredictionJson : JsonSerializerContext;
