using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Tidemark.Platform.Access;
using Tidemark.Platform.Http;

namespace Tidemark.Feedback.Quality;

/// <summary>Watches the quality of models by their labels.</summary>
public sealed class QualityFunctions(QualityChecks checks, QualityAnswers answers)
{
    /// <summary>Twenty minutes past each hour: counts windows that have ended and windows with new labels.</summary>
    [Function(nameof(QualityCheck))]
    public Task QualityCheck([TimerTrigger("0 20 * * * *")] TimerInfo timer, CancellationToken cancellation) => checks.RunAsync(cancellation);

    /// <summary>The same for one model, now.</summary>
    [Function(nameof(CheckQuality))]
    [RequiresRole(Roles.ReportsRead)]
    [Audited]
    public async Task<IResult> CheckQuality(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/quality/checks")] HttpRequest request, CancellationToken cancellation)
    {
        var body = await JsonBody.ObjectAsync(request, cancellation);
        var checkedNow = await body.ThenAsync(b => answers.CheckAsync(b, cancellation));
        return checkedNow.Or(answer => new Answer<CheckAnswer>(answer, WindowJson.Default.CheckAnswer));
    }

    [Function(nameof(GetQuality))]
    [RequiresRole(Roles.ReportsRead)]
    public async Task<IResult> GetQuality(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/models/{model}/quality")] HttpRequest request, string model, CancellationToken cancellation)
    {
        var series = await answers.SeriesAsync(model, request.Query, cancellation);
        return series.Or(answer => new Answer<QualitySeries>(answer, WindowJson.Default.QualitySeries));
    }
}
