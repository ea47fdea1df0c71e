using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Tidemark.Platform.Access;
using Tidemark.Platform.Http;
using Tidemark.Retraining.Orchestration;
using Tidemark.Retraining.Promotion;
using Tidemark.Retraining.Records;
using Tidemark.Retraining.Reports;

namespace Tidemark.Retraining.Http;

/// <summary>Shows retrainings, and takes what people say about them.</summary>
public sealed class RetrainingFunctions(RetrainingBook book, Approvals approvals, RetrainingReports reports)
{
    [Function(nameof(ListRetrainings))]
    [RequiresRole(Roles.ReportsRead)]
    public async Task<IResult> ListRetrainings([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/retrainings")] HttpRequest request, CancellationToken cancellation) =>
        (await book.PageAsync(request, cancellation)).Or(page => new Answer<RetrainingPage>(page, RetrainingAnswersJson.Default.RetrainingPage));

    [Function(nameof(GetRetraining))]
    [RequiresRole(Roles.ReportsRead)]
    public async Task<IResult> GetRetraining([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/retrainings/{id}")] HttpRequest request, string id, CancellationToken cancellation) =>
        (await book.FindAsync(id, cancellation)).Or(view => new Answer<RetrainingView>(view, RetrainingAnswersJson.Default.RetrainingView));

    /// <summary>A page that needs nothing else: learning curves, gates, comparison.</summary>
    [Function(nameof(GetRetrainingReport))]
    [RequiresRole(Roles.ReportsRead)]
    public async Task<IResult> GetRetrainingReport(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/retrainings/{id}/report")] HttpRequest request, string id, CancellationToken cancellation) =>
        (await reports.PageAsync(id, cancellation)).Or(page => page);

    /// <summary>202: it ends as soon as its present step is over.</summary>
    [Function(nameof(CancelRetraining))]
    [RequiresRole(Roles.RetrainingStart)]
    [Audited]
    public async Task<IResult> CancelRetraining(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/retrainings/{id}/cancel")] HttpRequest request, string id, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        var wish = await approvals.CancelAsync(request, id, cancellation);
        if (wish.Ok) await client.RaiseEventAsync(id, FlowEvents.Cancel, wish.Value.Wish, cancellation);
        return wish.Or(w => Taken(w.Row));
    }

    [Function(nameof(ApproveRetraining))]
    [RequiresRole(Roles.RetrainingApprove)]
    [Audited]
    public Task<IResult> ApproveRetraining(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/retrainings/{id}/approve")] HttpRequest request, string id, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        SayAsync(request, id, approved: true, client, cancellation);

    [Function(nameof(RejectRetraining))]
    [RequiresRole(Roles.RetrainingApprove)]
    [Audited]
    public Task<IResult> RejectRetraining(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/retrainings/{id}/reject")] HttpRequest request, string id, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        SayAsync(request, id, approved: false, client, cancellation);

    private async Task<IResult> SayAsync(HttpRequest request, string id, bool approved, DurableTaskClient client, CancellationToken cancellation)
    {
        var wish = await approvals.WishAsync(request, id, approved, cancellation);
        if (wish.Ok) await client.RaiseEventAsync(id, FlowEvents.Approval, wish.Value.Wish, cancellation);
        return wish.Or(w => Taken(w.Row));
    }

    private static Answer<RetrainingView> Taken(RetrainingRow row) => new(
        RetrainingView.Of(row, row.Updated), RetrainingAnswersJson.Default.RetrainingView, StatusCodes.Status202Accepted, location: $"/api/retrainings/{row.RowKey}");
}
