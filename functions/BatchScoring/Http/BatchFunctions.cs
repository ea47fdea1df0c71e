using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Tidemark.BatchScoring.Intake;
using Tidemark.BatchScoring.Jobs;
using Tidemark.Platform.Access;
using Tidemark.Platform.Http;

namespace Tidemark.BatchScoring.Http;

/// <summary>Begins, shows and cancels batches.</summary>
public sealed class BatchFunctions(Submission submission, BatchCatalog batches)
{
    /// <summary>202 with the job's place; 200 when the file's job is complete already.</summary>
    [Function(nameof(SubmitBatch))]
    [Audited]
    public async Task<IResult> SubmitBatch([HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/batches")] HttpRequest request, CancellationToken cancellation)
    {
        var job = await submission.SubmitAsync(request, cancellation);
        var view = await job.ThenAsync(async j => (Platform.Errors.Outcome<BatchView>)await batches.ViewAsync(j, cancellation));
        return view.Or(Accepted);
    }

    [Function(nameof(ListBatches))]
    public async Task<IResult> ListBatches([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/batches")] HttpRequest request, CancellationToken cancellation)
    {
        var page = await BatchQuery.Of(request).ThenAsync(query => batches.ListAsync(query, cancellation));
        return page.Or(p => new Answer<BatchPage>(p, BatchAnswers.Json.BatchPage));
    }

    [Function(nameof(GetBatch))]
    public async Task<IResult> GetBatch(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/batches/{id}")] HttpRequest request, string id, CancellationToken cancellation)
    {
        var view = await batches.FindAsync(id, cancellation);
        return view.Or(v => new Answer<BatchView>(v, BatchAnswers.Json.BatchView));
    }

    /// <summary>409 when it is too late.</summary>
    [Function(nameof(CancelBatch))]
    [Audited]
    public async Task<IResult> CancelBatch(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = "api/batches/{id}")] HttpRequest request, string id, CancellationToken cancellation)
    {
        var view = await batches.CancelAsync(id, cancellation);
        return view.Or(v => new Answer<BatchView>(v, BatchAnswers.Json.BatchView));
    }

    internal static IResult Accepted(BatchView view) => new Answer<BatchView>(
        view, BatchAnswers.Json.BatchView, view.State.IsFinal() ? StatusCodes.Status200OK : StatusCodes.Status202Accepted, location: view.Links.Self);
}
