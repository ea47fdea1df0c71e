using Azure;
using Microsoft.Extensions.Options;
using Tidemark.BatchScoring.Completing;
using Tidemark.BatchScoring.Intake;
using Tidemark.BatchScoring.Jobs;
using Tidemark.BatchScoring.Planning;

namespace Tidemark.BatchScoring.Scoring;

/// <summary>
/// Takes what the queue has given up on. A shard whose workers were merely killed is sent again; one that failed too often goes to quarantine,
/// every row with the reason, and the job ends as completed with failures (promise I10).
/// </summary>
public sealed class ShardPoison(
    JobLedger jobs, ShardLedger shards, ShardScoring scoring, ShardDispatch queue, Completion completion, IntakeAudit audit, IOptions<BatchScoringOptions> options, TimeProvider time)
{
    public Task TakeAsync(string message, CancellationToken cancellation) => Patience.RunAsync(() => TakeOnceAsync(message, cancellation), time, cancellation);

    private async Task TakeOnceAsync(string message, CancellationToken cancellation)
    {
        if (ShardWorker.Parse(message) is not { } named)
        {
            await audit.RefuseAsync(message, "it names no shard of a batch", cancellation);
            return;
        }

        JobRow? job = await jobs.FindAsync(named.Job, cancellation);
        ShardRow? shard = job?.StateNow.IsOpen() == true ? await shards.FindAsync(named.Job, named.Shard, cancellation) : null;
        if (shard is { IsFinished: false })
            await GiveUpOrRepeatAsync(job!, shard, cancellation);
        await completion.TryAsync(named.Job, cancellation);
    }

    private async Task GiveUpOrRepeatAsync(JobRow job, ShardRow shard, CancellationToken cancellation)
    {
        if (shard.Failures < options.Value.MaxFailures && shard.Attempt < options.Value.MaxAttempts)
        {
            await queue.SendAsync(shard, cancellation);
            return;
        }

        string reason = shard.LastError is { } error
            ? $"The rows could not be scored: after {shard.Failures} failed tries the last error was: {error}"
            : $"The rows could not be scored: {shard.Attempt} workers began them and none came back. They may crash the model: try them one by one.";
        if (await shards.ClaimAsync(shard, cancellation) is not { } mine)
            return;
        try
        {
            if (await scoring.ScoreAsync(job.JobId, mine, text: null, reason, cancellation) is { } failure)
                await jobs.FailAsync(job.JobId, failure, cancellation);
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            await jobs.FailAsync(job.JobId, Planner.Overwritten(job.RequestNow), cancellation);
        }
    }
}
