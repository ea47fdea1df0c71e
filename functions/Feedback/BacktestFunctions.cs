using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Tidemark.Platform.Http;

namespace Tidemark.Feedback;

/// <summary>Quality of rows at hand, by the code that the timers run.</summary>
public sealed class BacktestFunctions
{
    [Function(nameof(EvaluateQuality))]
    public static async Task<IResult> EvaluateQuality(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/quality/evaluate")] HttpRequest request, CancellationToken cancellation)
    {
        var body = await JsonBody.ObjectAsync(request, cancellation);
        return body.Then(EvaluationRequest.Parse).Then(Evaluation.Of).Or(answer => new Answer<EvaluationAnswer>(answer, FeedbackJson.Default.EvaluationAnswer));
    }

    [Function(nameof(EstimateQuality))]
    public static async Task<IResult> EstimateQuality(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/quality/estimate")] HttpRequest request, CancellationToken cancellation)
    {
        var body = await JsonBody.ObjectAsync(request, cancellation);
        return body.Then(EstimationRequest.Parse).Then(EstimationAnswer.Of).Or(answer => new Answer<EstimationAnswer>(answer, FeedbackJson.Default.EstimationAnswer));
    }
}
