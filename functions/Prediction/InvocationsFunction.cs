using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Tidemark.Prediction;

/// <summary>Predictions for rows of a table, in MLflow's scoring protocol.</summary>
public sealed class InvocationsFunction(Predictor predictor, MlflowScoring protocol)
{
    [Function(nameof(Invocations))]
    public Task<IResult> Invocations([HttpTrigger(AuthorizationLevel.Function, "post", Route = "models/{model}/invocations")] HttpRequest request, string model) =>
        predictor.AnswerAsync(request, model, version: null, protocol);
}
