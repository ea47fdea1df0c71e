using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Tidemark.Platform.Access;
using Tidemark.Platform.Http;

namespace Tidemark.Drift.Checks;

/// <summary>Checks for drift, by the hour and by hand.</summary>
public sealed class DriftCheckFunctions(DriftChecks checks, DriftHistory history)
{
    /// <summary>Ten minutes past each hour: the hour before, and those that were missed.</summary>
    [Function(nameof(DriftCheck))]
    public Task DriftCheck([TimerTrigger("0 10 * * * *")] TimerInfo timer, CancellationToken cancellation) => checks.RunDueAsync(cancellation);

    /// <summary>Checks hours of a model now; those that are done are told, or with <c>"again": true</c> repeated.</summary>
    [Function(nameof(StartDriftCheck))]
    [RequiresRole(Roles.ReportsRead)]
    [Audited]
    public async Task<IResult> StartDriftCheck([HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/drift/checks")] HttpRequest request, CancellationToken cancellation)
    {
        var wish = await CheckRequest.OfAsync(request, checks.LastHour(), cancellation);
        var reports = await wish.ThenAsync(w => w.RunAsync(checks, cancellation));
        return reports.Or(r => new Answer<CheckReports>(r, CheckJson.Default.CheckReports));
    }

    /// <summary>Drift over time from <c>?from=</c> to <c>?to=</c>, or with <c>?merged=true</c> the verdict on all of that time together.</summary>
    [Function(nameof(GetDrift))]
    [RequiresRole(Roles.ReportsRead)]
    public async Task<IResult> GetDrift([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/models/{model}/drift")] HttpRequest request, string model, CancellationToken cancellation)
    {
        var range = DriftRange.Of(model, request, history.Now);
        if (range.Value is { Merged: true } whole)
            return (await history.MergedAsync(whole, cancellation)).Or(c => new Answer<VersionCheck>(c, CheckJson.Default.VersionCheck));
        return (await range.ThenAsync(r => history.SeriesAsync(r, cancellation))).Or(s => new Answer<DriftSeries>(s, CheckJson.Default.DriftSeries));
    }
}
