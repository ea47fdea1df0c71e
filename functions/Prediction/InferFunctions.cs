using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Tidemark.Prediction;

/// <summary>Predictions in the Open Inference Protocol v2, by the champion or by a version.</summary>
public sealed class InferFunctions(Predictor predictor, OpenInference protocol)
{
    [Function(nameof(Infer))]
    public Task<IResult> Infer([HttpTrigger(AuthorizationLevel.Function, "post", Route = "v2/models/{model}/infer")] HttpRequest request, string model) =>
        predictor.AnswerAsync(request, model, version: null, protocol);

    [Function(nameof(InferVersion))]
    public Task<IResult> InferVersion(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "v2/models/{model}/versions/{version}/infer")] HttpRequest request, string model, string version) =>
        predictor.AnswerAsync(request, model, version, protocol);
}
