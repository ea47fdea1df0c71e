using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Tidemark.Prediction;

/// <summary>What a model takes and gives, and whether it is in memory (Open Inference Protocol v2).</summary>
public sealed class ModelFunctions(ModelDescription description)
{
    [Function(nameof(ModelMetadata))]
    public Task<IResult> ModelMetadata(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "v2/models/{model}")] HttpRequest request, string model, CancellationToken cancellation) =>
        description.DescribeAsync(model, version: null, cancellation);

    [Function(nameof(ModelVersionMetadata))]
    public Task<IResult> ModelVersionMetadata(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "v2/models/{model}/versions/{version}")] HttpRequest request,
        string model, string version, CancellationToken cancellation) =>
        description.DescribeAsync(model, version, cancellation);

    [Function(nameof(ModelReady))]
    public Task<IResult> ModelReady(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v2/models/{model}/ready")] HttpRequest request, string model, CancellationToken cancellation) =>
        description.ReadyAsync(model, version: null, cancellation);

    [Function(nameof(ModelVersionReady))]
    public Task<IResult> ModelVersionReady(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v2/models/{model}/versions/{version}/ready")] HttpRequest request,
        string model, string version, CancellationToken cancellation) =>
        description.ReadyAsync(model, version, cancellation);
}
