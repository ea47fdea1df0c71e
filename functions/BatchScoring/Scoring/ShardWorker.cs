using System.Text.Json;
using Azure;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Options;
using Tidemark.BatchScoring.Completing;
using Tidemark.BatchScoring.Jobs;
using Tidemark.BatchScoring.Planning;
using Tidemark.Platform.Errors;

namespace Tidemark.BatchScoring.Scoring;

/// <summary>
/// Takes one message of queue <c>batch-shards</c>: claims the shard in the ledger, scores it, writes what came of it into the ledger, and sees
/// whether the job is complete. However often a message comes, and however many workers hold it, one attempt counts.
/// </summary>
public sealed class ShardWorker(
    JobLedger jobs, ShardLedger shards, ShardScoring scoring, Completion completion, IOptions<BatchScoringOptions> options, TimeProvider time) : IDisposable
{
    /// <summary>One for each shard that this host scores at the same time.</summary>
    internal SemaphoreSlim Turns { get; } = new(options.Value.Parallel > 0 ? options.Value.Parallel : Environment.ProcessorCount);

    public async Task TakeAsync(string message, CancellationToken cancellation)
    {
        if (Parse(message) is not { } named)
            return; // Nothing of the suite writes such a message; the poison queue has seen it, see ShardPoison.
        await Turns.WaitAsync(cancellation);
        try
        {
            await Patience.RunAsync(() => TakeOnceAsync(named.Job, named.Shard, text: null, cancellation), time, cancellation);
        }
        finally
        {
            Turns.Release();
        }

        await Patience.RunAsync(() => completion.TryAsync(named.Job, cancellation), time, cancellation);
    }

    /// <summary>
    /// Scores a shard that the caller, who plans the job and will see whether it is complete, has claimed and whose text it has at hand. The
    /// caller has one of the <see cref="Turns"/>.
    /// </summary>
    internal async Task TakeAsync(ShardRow shard, KeptText text, CancellationToken cancellation)
    {
        JobId job = JobId.Parse(shard.PartitionKey).Value;
        ShardRow? mine = shard;
        await Patience.RunAsync(FirstAsync, time, cancellation);

        Task FirstAsync() => Interlocked.Exchange(ref mine, null) is { } claimed
            ? ScoreAsync(job, claimed, text, cancellation)
            : TakeOnceAsync(job, shard.Index, text, cancellation);
    }

    public void Dispose() => Turns.Dispose();

    internal static (JobId Job, int Shard)? Parse(string message)
    {
        try
        {
            ShardMessage? read = JsonSerializer.Deserialize(message, BatchJson.Default.ShardMessage);
            Outcome<JobId> job = JobId.Parse(read?.Job);
            return job.Ok && read!.Shard >= 0 ? (job.Value, read.Shard) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task TakeOnceAsync(JobId id, int index, KeptText? text, CancellationToken cancellation)
    {
        JobRow? job = await jobs.FindAsync(id, cancellation);
        ShardRow? shard = job?.StateNow.IsOpen() == true ? await shards.FindAsync(id, index, cancellation) : null;
        if (shard is not null && await shards.ClaimAsync(shard, cancellation) is { } mine)
            await ScoreAsync(id, mine, text, cancellation);
    }

    private async Task ScoreAsync(JobId id, ShardRow mine, KeptText? text, CancellationToken cancellation)
    {
        Failure? failure;
        try
        {
            failure = await scoring.ScoreAsync(id, mine, text, reason: null, cancellation);
        }
        catch (RequestFailedException e) when (e.Status == 412 || e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            failure = await jobs.FindAsync(id, cancellation) is { } job ? Planner.Overwritten(job.RequestNow) : null;
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            await NoteAsync(mine, e.Message, Patience.IsFaltering(e), cancellation);
            throw;
        }

        if (failure?.Kind == FailureKind.Unavailable)
        {
            await NoteAsync(mine, failure.Detail, faltering: true, cancellation);
            throw new TimeoutException(failure.Detail);
        }

        if (failure is not null)
            await jobs.FailAsync(id, failure, cancellation);
    }

    /// <summary>
    /// Keeps what went wrong in the ledger, so that the job can say why a shard was given up. The shard is tried again in any case; that storage
    /// or model were not there right now does not count against it.
    /// </summary>
    private async Task NoteAsync(ShardRow shard, string error, bool faltering, CancellationToken cancellation)
    {
        shard.StateNow = ShardState.Waiting;
        shard.Failures += faltering ? 0 : 1;
        shard.LastError = error.Length <= 1000 ? error : error[..1000] + "…";
        try
        {
            await shards.TryWriteAsync(shard, cancellation);
        }
        catch (Exception e) when (Patience.IsFaltering(e))
        {
            // The error that is on its way to the host says the same.
        }
    }
}
