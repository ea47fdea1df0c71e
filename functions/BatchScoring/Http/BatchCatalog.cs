using Tidemark.BatchScoring.Completing;
using Tidemark.BatchScoring.Jobs;
using Tidemark.Platform.Errors;

namespace Tidemark.BatchScoring.Http;

/// <summary>Shows and cancels jobs.</summary>
public sealed class BatchCatalog(JobLedger jobs, ShardLedger shards, Completion completion, TimeProvider time)
{
    public async Task<Outcome<BatchView>> FindAsync(string id, CancellationToken cancellation)
    {
        Outcome<JobRow> job = await JobId.Parse(id).ThenAsync(parsed => RowAsync(parsed, cancellation));
        return await job.ThenAsync(async row => (Outcome<BatchView>)await ViewAsync(row, cancellation));
    }

    public async Task<Outcome<BatchPage>> ListAsync(BatchQuery query, CancellationToken cancellation)
    {
        var found = new List<BatchView>();
        await foreach (RecentRow recent in jobs.RecentAsync(query.After, query.Model, query.Source, cancellation))
        {
            JobRow? job = await jobs.FindAsync(JobId.Parse(recent.Id).Value, cancellation);
            if (job is null || (query.State is { } state && job.StateNow != state))
                continue;
            found.Add(await ViewAsync(job, cancellation));
            if (found.Count == query.Limit)
                return new BatchPage(found, BatchQuery.CursorAfter(recent.RowKey));
        }

        return new BatchPage(found, null);
    }

    /// <summary>Stops a job: workers notice at their next block or after 5 s, and no result appears.</summary>
    public async Task<Outcome<BatchView>> CancelAsync(string id, CancellationToken cancellation)
    {
        Outcome<JobRow> job = await JobId.Parse(id).ThenAsync(parsed => RowAsync(parsed, cancellation));
        if (!job.Ok)
            return job.As<BatchView>();
        JobRow stopped = (await jobs.ChangeAsync(job.Value.JobId, Cancel, cancellation))!;
        if (stopped.StateNow != BatchState.Cancelled)
            return new Failure(FailureKind.Conflict, "Too late to cancel", $"The batch {id} is {stopped.State}: only a pending or running one can be cancelled.");
        await completion.TryAsync(stopped.JobId, cancellation);
        return await ViewAsync(stopped, cancellation);
    }

    /// <summary>The job as callers see it.</summary>
    public async Task<BatchView> ViewAsync(JobRow job, CancellationToken cancellation)
    {
        bool counted = job.StateNow is BatchState.Completed or BatchState.CompletedWithFailures || job.Started is null;
        return BatchView.Of(job, counted ? 0 : await shards.ProgressAsync(job.JobId, cancellation), time.GetUtcNow());
    }

    private bool Cancel(JobRow job)
    {
        bool open = job.StateNow.IsOpen();
        if (open)
            (job.StateNow, job.Finished) = (BatchState.Cancelled, time.GetUtcNow());
        return open;
    }

    private async Task<Outcome<JobRow>> RowAsync(JobId id, CancellationToken cancellation) => await jobs.FindAsync(id, cancellation) is { } job
        ? job
        : new Failure(FailureKind.NotFound, "No such batch", $"There is no batch {id}. GET /api/batches lists them; a dropped file's appears when its event has arrived.");
}
