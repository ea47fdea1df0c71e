using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Tidemark.BatchScoring.Jobs;
using Tidemark.BatchScoring.Planning;
using Tidemark.BatchScoring.Scoring;
using Tidemark.Platform.Storage;

namespace Tidemark.BatchScoring.Completing;

/// <summary>
/// Completes a job when the ledger says that every shard is done: one list of blocks makes the result visible whole (promise I2), the manifest
/// follows, the job's row last. Whoever finds the job so may complete it, at any point where another stopped; all of them write the same.
/// </summary>
public sealed class Completion(
    BlobServiceClient blobs, JobLedger jobs, ShardLedger shards, PlanStore plans, Callbacks callbacks, BatchScoringInstruments instruments, TimeProvider time)
{
    private static readonly BlobRequestConditions OnlyIfAbsent = new() { IfNoneMatch = ETag.All };

    public async Task TryAsync(JobId id, CancellationToken cancellation)
    {
        JobRow? job = await jobs.FindAsync(id, cancellation);
        if (job is { StateNow: BatchState.Running, Planned: true } && !await shards.AnyOpenAsync(id, cancellation))
            job = await jobs.ChangeAsync(id, Begin, cancellation);
        if (job is { StateNow: BatchState.Committing })
            job = await CommitAsync(job, cancellation);
        if (job?.StateNow.IsFinal() == true)
            await EndAsync(job, cancellation);
    }

    private static bool Begin(JobRow job)
    {
        bool ready = job.StateNow == BatchState.Running;
        if (ready)
            job.StateNow = BatchState.Committing;
        return ready;
    }

    private async Task<JobRow?> CommitAsync(JobRow job, CancellationToken cancellation)
    {
        BatchPlan plan = await plans.ReadAsync(job.JobId, cancellation);
        List<ShardRow> all = await shards.AllAsync(job.JobId, cancellation);
        if (all.Count != job.Shards || all.Exists(shard => !shard.IsFinished))
            throw new InvalidOperationException($"The ledger of job {job.Id} has {all.Count(shard => shard.IsFinished)} finished shards of {job.Shards}, and the job is being completed.");
        if (all.Exists(shard => shard.QuarantineBlocks > 0))
            await CommitAsync(StorageNames.Containers.Quarantine, ResultBlobs.Quarantine(plan), [], all, shard => shard.QuarantineBlocks, "application/x-ndjson", cancellation);
        byte[] header = new ResultWriter(plan).Header();
        await CommitAsync(StorageNames.Containers.Results, ResultBlobs.Predictions(plan), header, all, shard => shard.ResultBlocks, plan.Header is null ? "application/x-ndjson" : "text/csv", cancellation);
        BatchManifest manifest = Manifest(job, plan, all) with
        {
            PredictionsSha256 = await HashAsync(StorageNames.Containers.Results, ResultBlobs.Predictions(plan), cancellation),
            QuarantineSha256 = all.Exists(shard => shard.QuarantineBlocks > 0) ? await HashAsync(StorageNames.Containers.Quarantine, ResultBlobs.Quarantine(plan), cancellation) : null,
        };
        await WriteAsync(manifest, cancellation);
        return await jobs.ChangeAsync(job.JobId, row => Complete(row, manifest), cancellation);
    }

    /// <summary>The list of blocks follows from the ledger, whose finished rows never change: a blob that is there already is the same one.</summary>
    private async Task CommitAsync(
        string container, string path, byte[] header, List<ShardRow> all, Func<ShardRow, int> blocks, string contentType, CancellationToken cancellation)
    {
        BlockBlobClient blob = blobs.GetBlobContainerClient(container).GetBlockBlobClient(path);
        if (await blob.ExistsAsync(cancellation))
            return;
        var ids = new List<string>();
        if (header.Length > 0)
        {
            ids.Add(BlockStager.Id("header-000000", 0));
            await blob.StageBlockAsync(ids[0], new MemoryStream(header, writable: false), cancellationToken: cancellation);
        }

        foreach (ShardRow shard in all)
            ids.AddRange(Enumerable.Range(0, blocks(shard)).Select(index => BlockStager.Id($"{shard.Index:D6}-{shard.Attempt:D6}", index)));
        var options = new CommitBlockListOptions { Conditions = OnlyIfAbsent, HttpHeaders = new BlobHttpHeaders { ContentType = contentType } };
        try
        {
            await blob.CommitBlockListAsync(ids, options, cancellation);
        }
        catch (RequestFailedException e) when (e.Status == 412 || e.ErrorCode == BlobErrorCode.BlobAlreadyExists)
        {
            // Another completer was first, or a try of our own whose answer was lost.
        }
    }

    /// <summary>Reads a blob back as storage has it now.</summary>
    private async Task<string> HashAsync(string container, string path, CancellationToken cancellation)
    {
        BlobDownloadStreamingResult stored = await blobs.GetBlobContainerClient(container).GetBlobClient(path).DownloadStreamingAsync(cancellationToken: cancellation);
        using var bytes = new CountedStream(stored.Content);
        await bytes.DrainAsync(cancellation);
        return bytes.Sha256();
    }

    private BatchManifest Manifest(JobRow job, BatchPlan plan, List<ShardRow> all)
    {
        ShardSummary summary = ShardSummary.Empty(plan.Outputs);
        foreach (ShardRow shard in all)
            summary.Add(JsonSerializer.Deserialize(shard.Summary!, BatchJson.Default.ShardSummary)!);
        DateTimeOffset started = job.Started ?? job.Created, finished = time.GetUtcNow();
        return new BatchManifest
        {
            Job = job.Id,
            State = all.Exists(shard => shard.StateNow == ShardState.Poisoned) ? BatchState.CompletedWithFailures : BatchState.Completed,
            Model = plan.Model,
            Version = plan.Version,
            Suite = plan.Suite,
            Input = new InputFile(plan.Request.Source, plan.Request.ETag, job.InputBytes, job.InputSha256),
            Columns = [.. plan.Kept.Prepend("row").Concat(plan.Outputs.Columns)],
            Rows = job.Rows,
            Scored = all.Sum(shard => shard.Scored),
            Quarantined = all.Sum(shard => shard.Quarantined),
            Predictions = $"{StorageNames.Containers.Results}/{ResultBlobs.Predictions(plan)}",
            PredictionsSha256 = "",
            Quarantine = all.Exists(shard => shard.Quarantined > 0) ? $"{StorageNames.Containers.Quarantine}/{ResultBlobs.Quarantine(plan)}" : null,
            Summary = summary,
            Shards = [.. all.Select(Result)],
            ReplayOf = plan.Request.ReplayOf,
            Timings = new BatchTimings(job.Created, started, finished, all.Sum(shard => shard.Seconds), job.Rows / Math.Max(0.001, (finished - started).TotalSeconds)),
        };
    }

    private static ShardResult Result(ShardRow shard) => new(
        shard.FirstRow, shard.Rows, shard.Scored, shard.Quarantined, shard.ResultBytes, shard.ResultSha256, shard.Attempt, shard.Seconds,
        shard.StateNow == ShardState.Poisoned ? shard.LastError ?? "its workers did not come back" : null);

    private async Task WriteAsync(BatchManifest manifest, CancellationToken cancellation)
    {
        if (manifest.Scored + manifest.Quarantined != manifest.Rows)
            throw new InvalidOperationException($"Job {manifest.Job}: {manifest.Scored} rows scored and {manifest.Quarantined} set aside are not the {manifest.Rows} of the file.");
        BlobClient blob = blobs.GetBlobContainerClient(StorageNames.Containers.Results).GetBlobClient(ResultBlobs.Manifest(manifest.Job));
        var options = new BlobUploadOptions { Conditions = OnlyIfAbsent, HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" } };
        try
        {
            await blob.UploadAsync(new BinaryData(JsonSerializer.SerializeToUtf8Bytes(manifest, BatchJson.Default.BatchManifest)), options, cancellation);
        }
        catch (RequestFailedException e) when (e.Status == 412 || e.ErrorCode == BlobErrorCode.BlobAlreadyExists)
        {
            // Written by another completer; it differs in its time at most.
        }
    }

    private bool Complete(JobRow job, BatchManifest manifest)
    {
        bool open = job.StateNow == BatchState.Committing;
        if (open)
        {
            (job.StateNow, job.Finished) = (manifest.State, manifest.Timings.Finished);
            (job.Scored, job.Quarantined) = (manifest.Scored, manifest.Quarantined);
            instruments.Finished(manifest);
        }

        return open;
    }

    private async Task EndAsync(JobRow job, CancellationToken cancellation)
    {
        if (job.Callback == Callbacks.Pending)
            await callbacks.SendAsync(job, cancellation);
        await plans.CopyOf(job.JobId).DeleteIfExistsAsync(cancellationToken: cancellation);
    }
}
