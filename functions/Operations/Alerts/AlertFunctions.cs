using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Tidemark.Platform.Access;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;

namespace Tidemark.Operations.Alerts;

/// <summary>Lists, shows and acknowledges alerts.</summary>
public sealed class AlertFunctions(AlertBook book)
{
    /// <summary>Newest first; <c>?model=</c>, <c>?state=</c>, <c>?severity=</c>, <c>?cursor=</c>, <c>?limit=</c>.</summary>
    [Function(nameof(ListAlerts))]
    [RequiresRole(Roles.ReportsRead)]
    public async Task<IResult> ListAlerts([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/alerts")] HttpRequest request, CancellationToken cancellation)
    {
        Outcome<AlertPageRequest> page = AlertPageRequest.Of(request);
        return page.Ok ? new Answer<AlertPage>(await book.PageAsync(page.Value, cancellation), AlertsJson.Default.AlertPage) : new Problem(page.Failure);
    }

    [Function(nameof(GetAlert))]
    [RequiresRole(Roles.ReportsRead)]
    public async Task<IResult> GetAlert([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/alerts/{id}")] HttpRequest request, string id, CancellationToken cancellation) =>
        (await AlertId.Parse(id).ThenAsync(i => book.FindAsync(i, cancellation))).Or(Answer);

    /// <summary>Needs <c>If-Match</c>; the header <c>x-tidemark-actor</c> says who, <c>{"note": …}</c> what he has to say.</summary>
    [Function(nameof(AcknowledgeAlert))]
    [RequiresRole(Roles.ReviewsDecide)]
    [Audited]
    public async Task<IResult> AcknowledgeAlert(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/alerts/{id}/acknowledge")] HttpRequest request, string id, CancellationToken cancellation)
    {
        Outcome<Acknowledgement> wish = await AlertId.Parse(id).ThenAsync(i => Acknowledgement.OfAsync(request, i, cancellation));
        return (await wish.ThenAsync(w => book.AcknowledgeAsync(w, cancellation))).Or(Answer);
    }

    private static Answer<AlertView> Answer(AlertRow row) => new(AlertView.Of(row), AlertsJson.Default.AlertView, etag: row.Tag);
}
