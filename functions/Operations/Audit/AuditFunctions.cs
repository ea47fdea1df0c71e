using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Tidemark.Platform.Access;
using Tidemark.Platform.Http;

namespace Tidemark.Operations.Audit;

/// <summary>Shows the audit trail, and proves it.</summary>
public sealed class AuditFunctions(TrailPages pages, TrailCheck check, TrailWatch watch)
{
    /// <summary>Oldest first; <c>?from=</c> a sequence, <c>?limit=</c>.</summary>
    [Function(nameof(ListAudit))]
    [RequiresRole(Roles.ReportsRead)]
    public async Task<IResult> ListAudit([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/audit")] HttpRequest request, CancellationToken cancellation) =>
        (await TrailPageRequest.Of(request).ThenAsync(p => pages.ReadAsync(p, cancellation))).Or(p => new Answer<TrailPage>(p, TrailJson.Default.TrailPage));

    [Function(nameof(VerifyAudit))]
    [RequiresRole(Roles.ReportsRead)]
    public async Task<IResult> VerifyAudit([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/audit/verify")] HttpRequest request, CancellationToken cancellation) =>
        new Answer<TrailVerdict>(await check.VerifyAsync(cancellation), TrailJson.Default.TrailVerdict);

    /// <summary>Every night; a chain that does not hold is a critical alert.</summary>
    [Function(nameof(WatchAudit))]
    public Task WatchAudit([TimerTrigger("0 40 0 * * *")] TimerInfo timer, CancellationToken cancellation) => watch.RunAsync(cancellation);
}
