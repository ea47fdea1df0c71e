using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.Options;
using Tidemark.BatchScoring.Jobs;
using Tidemark.BatchScoring.Scoring;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Tabular.Readers;

namespace Tidemark.BatchScoring.Planning;

/// <summary>
/// Reads a job's file once, as a stream, and cuts it into shards on the borders of rows. A packed or otherwise encoded file is written anew as
/// UTF-8 text on the way. Whoever plans the same file again finds the same shards.
/// </summary>
public sealed class Planner(
    BlobServiceClient blobs, ShardDispatch queue, LocalShards local, JobLedger jobs, PlanStore plans, PlanDraft draft, IOptions<BatchScoringOptions> options)
{
    /// <value>What a packed file may unpack to whatever its size. 16 MiB.</value>
    private const long HarmlessBytes = 16 << 20;

    /// <summary>Plans the job and sends its shards to the workers. A failure: the file can't be scored, and why.</summary>
    public async Task<Outcome<JobRow>> PlanAsync(JobRow job, CancellationToken cancellation)
    {
        BatchRequest request = job.RequestNow;
        BlobClient blob = blobs.GetBlobContainerClient(request.Container).GetBlobClient(request.Path);
        try
        {
            BlobDownloadStreamingResult file = await blob.DownloadStreamingAsync(
                new BlobDownloadOptions { Conditions = new BlobRequestConditions { IfMatch = new ETag($"\"{request.ETag}\"") } }, cancellation);
            using var source = new CountedStream(file.Content);
            var here = new List<Task>();
            try
            {
                Outcome<Planned> planned = await TableReader.GuardAsync(PlanAsync(job, source, file.Details.ContentLength, here, cancellation));
                return planned.Ok ? await FinishAsync(job, source, planned.Value, cancellation) : planned.As<JobRow>();
            }
            finally
            {
                await Task.WhenAll(here);
            }
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return new Failure(FailureKind.Gone, "File deleted", $"The file {request.Source} was deleted before it could be read. Drop it again.");
        }
        catch (RequestFailedException e) when (e.Status == 412)
        {
            return Overwritten(request);
        }
    }

    internal static Failure Overwritten(BatchRequest request) => new(
        FailureKind.Conflict, "File overwritten",
        $"The file {request.Source} was overwritten while this job was to read it. Its new content has a job of its own: GET /api/batches?source={request.Source}.");

    private async ValueTask<Outcome<Planned>> PlanAsync(JobRow job, CountedStream source, long bytes, List<Task> here, CancellationToken cancellation)
    {
        Outcome<Utf8Text> text = await Utf8Source.OpenTextAsync(source, cancellation);
        if (!text.Ok)
            return text.As<Planned>();
        BatchScoringOptions limits = options.Value;
        bool stored = text.Value.Offset is not null;
        if (stored && ShardCut.Refusal(job.Source, bytes) is { } tooLarge)
            return tooLarge;
        long most = stored ? bytes : Unpacked(bytes);
        ShardCut cut = ShardCut.For(most, limits);
        var copyCut = new ShardCut(0, 0, Math.Max(limits.BlockBytes, most / (ShardCut.MostBlocks - 1)), ShardCut.MostBlocks);
        BlockBlobClient copy = plans.CopyOf(job.JobId);
        using var stager = new BlockStager(copy, "u", copyCut);
        // Where a planner has died, it may be a shard scored there that killed it: this time it only plans.
        using KeepingStream? kept = stored && job.Attempt == 1 ? local.Keep(text.Value.Stream, bytes, cut) : null;
        Outcome<(RecordBorders Borders, BatchPlan Plan)> begun = await draft.BeginAsync(
            job, stored ? kept ?? text.Value.Stream : new CopiedStream(text.Value.Stream, stager), cut, stored ? null : copy.Name, cancellation);
        if (!begun.Ok)
            return begun.As<Planned>();
        using RecordBorders borders = begun.Value.Borders;
        await plans.WriteAsync(begun.Value.Plan, cancellation);
        var shards = new ShardCutter(job.JobId, cut, text.Value.Offset ?? 0, borders.Position);
        while (true)
        {
            Outcome<bool> more = await borders.NextAsync(cancellation);
            if (!more.Ok)
                return more.As<Planned>();
            if (!stored && borders.Position > Unpacked(source.Count))
                return Bomb(job, source.Count, borders.Position);
            if (!more.Value)
                break;
            shards.Take(borders.Starts);
            if (stored)
                await SendAsync(shards.Finished(), kept, text.Value.Offset ?? 0, here, cancellation);
        }

        shards.End(borders.Position);
        if (!stored)
            await CommitCopyAsync(copy, stager, cancellation);
        await SendAsync(shards.Finished(), kept, text.Value.Offset ?? 0, here, cancellation);
        return new Planned(shards.Count, shards.Rows);
    }

    /// <summary>Has shards scored here where a worker is free, and sends the others to the queue.</summary>
    /// <param name="shards">The shards.</param>
    /// <param name="kept">Has their bytes, perhaps.</param>
    /// <param name="offset">Bytes of the stored text before the first of the stream.</param>
    /// <param name="here">Takes what is under way here.</param>
    /// <param name="cancellation">Stops.</param>
    private async Task SendAsync(IReadOnlyList<ShardRow> shards, KeepingStream? kept, long offset, List<Task> here, CancellationToken cancellation)
    {
        foreach (ShardRow shard in shards)
        {
            if (kept is not null && await local.TryBeginAsync(shard, kept, shard.Start - offset, shard.End - offset, cancellation) is { } begun)
                here.Add(begun);
            else
                await queue.SendAsync([shard], cancellation);
        }
    }

    /// <summary>Most bytes that so many packed ones may unpack to.</summary>
    private long Unpacked(long packed) => Math.Min(options.Value.MaxUnpackedBytes, HarmlessBytes + (packed * options.Value.MaxUnpackRatio));

    private static async Task CommitCopyAsync(BlockBlobClient copy, BlockStager stager, CancellationToken cancellation)
    {
        await stager.StageRestAsync(cancellation);
        await copy.CommitBlockListAsync(Enumerable.Range(0, stager.Blocks).Select(index => BlockStager.Id("u", index)), cancellationToken: cancellation);
    }

    private async Task<Outcome<JobRow>> FinishAsync(JobRow job, CountedStream source, Planned planned, CancellationToken cancellation)
    {
        await source.DrainAsync(cancellation);
        string sha256 = source.Sha256();
        JobRow? changed = await jobs.ChangeAsync(
            job.JobId,
            row =>
            {
                bool first = row.StateNow.IsOpen() && !row.Planned;
                if (first)
                    (row.Planned, row.Shards, row.Rows, row.InputBytes, row.InputSha256) = (true, planned.Shards, planned.Rows, source.Count, sha256);
                return first;
            },
            cancellation);
        return changed ?? throw new InvalidOperationException($"The job {job.Id} has gone from the table.");
    }

    private Failure Bomb(JobRow job, long packed, long unpacked) => new(
        FailureKind.TooLarge, "File unpacks to too much",
        $"The file {job.Source} unpacked to {unpacked:N0} bytes after {packed:N0} packed ones, more than BatchScoring__MaxUnpackedBytes ({options.Value.MaxUnpackedBytes:N0}) or BatchScoring__MaxUnpackRatio ({options.Value.MaxUnpackRatio}) allow: send it unpacked or in parts.");

    private sealed record Planned(int Shards, long Rows);
}
