using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Tidemark.Drift.Verdicts;
using Tidemark.Platform.Http;

namespace Tidemark.Drift.Comparison;

/// <summary>Tries a drift policy on data in the request: the comparison that the timers make.</summary>
public sealed class CompareDriftFunction
{
    /// <summary>Body: <c>reference</c> and <c>current</c>, each with <c>columns</c> or <c>rows</c>; perhaps <c>selection</c>, <c>tests</c>, <c>thresholds</c>, <c>policy</c>, <c>previous</c>, <c>multivariate</c>.</summary>
    [Function(nameof(CompareDrift))]
    public async Task<IResult> CompareDrift([HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/drift/compare")] HttpRequest request, CancellationToken cancellation)
    {
        var body = await JsonBody.ObjectAsync(request, cancellation);
        var verdict = body.Then(ComparisonRequest.Parse).Map(c => c.Compare());
        return verdict.Or(v => new Answer<DriftVerdict>(v, VerdictJson.Default.DriftVerdict));
    }
}
