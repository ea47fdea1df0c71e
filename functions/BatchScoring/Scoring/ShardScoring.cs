using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.Options;
using Tidemark.BatchScoring.Completing;
using Tidemark.BatchScoring.Jobs;
using Tidemark.BatchScoring.Planning;
using Tidemark.BatchScoring.Quarantine;
using Tidemark.Platform.Errors;
using Tidemark.Platform.PredictionLog;
using Tidemark.Platform.Storage;
using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Readers;
using Tidemark.Prediction;

namespace Tidemark.BatchScoring.Scoring;

/// <summary>Scores a claimed shard: its bytes as a stream in, blocks of result and quarantine out, then the ledger.</summary>
public sealed class ShardScoring(
    BlobServiceClient blobs, JobContexts contexts, ModelSource models, JobLedger jobs, ShardLedger shards, LogStore log, LogPolicies policies,
    BatchScoringInstruments instruments, IOptions<BatchScoringOptions> options, TimeProvider time)
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Scores every row, or sets every row aside for <paramref name="reason"/>. A failure concerns the whole job, or says that the shard
    /// can't be done right now. Whoever no longer owns the shard stops without a word. The shard is read from storage unless its
    /// <paramref name="text"/> is at hand.
    /// </summary>
    internal async Task<Failure?> ScoreAsync(JobId job, ShardRow shard, KeptText? text, string? reason, CancellationToken cancellation)
    {
        long began = time.GetTimestamp();
        Outcome<JobContext> context = await contexts.FindAsync(job, cancellation);
        if (!context.Ok)
            return context.Failure;
        BatchPlan plan = context.Value.Plan;
        string prefix = $"{shard.Index:D6}-{shard.Attempt:D6}";
        using var results = new BlockStager(Blob(StorageNames.Containers.Results, ResultBlobs.Predictions(plan)), prefix, plan.Cut);
        using var quarantine = new BlockStager(Blob(StorageNames.Containers.Quarantine, ResultBlobs.Quarantine(plan)), prefix, plan.Cut);
        Outcome<ShardSummary?> done;
        try
        {
            done = reason is null
                ? await ScoreAsync(context.Value, shard, text, results, quarantine, cancellation)
                : await SetAsideAsync(plan, shard, reason, results, quarantine, cancellation);
        }
        catch (ResultTooLargeException e)
        {
            return new Failure(FailureKind.TooLarge, "Result too large", e.Message);
        }

        if (!done.Ok || done.Value is null)
            return done.Failure;
        shard.StateNow = reason is null ? ShardState.Done : ShardState.Poisoned;
        (shard.ResultBlocks, shard.ResultBytes, shard.ResultSha256) = (results.Blocks, results.Bytes, results.Sha256());
        (shard.QuarantineBlocks, shard.QuarantineBytes) = (quarantine.Blocks, quarantine.Bytes);
        shard.Summary = done.Value.ToJson();
        (shard.Progress, shard.Seconds) = (shard.Rows, time.GetElapsedTime(began).TotalSeconds);
        if (!await shards.TryWriteAsync(shard, cancellation))
            return null;
        instruments.Shard(plan.Model, shard);
        return null;
    }

    private async Task<Outcome<ShardSummary?>> ScoreAsync(
        JobContext context, ShardRow shard, KeptText? text, BlockStager results, BlockStager quarantine, CancellationToken cancellation)
    {
        Outcome<ModelLease> lease = await models.AcquireAsync(context.Model, cancellation);
        if (!lease.Ok)
            return lease.As<ShardSummary?>();
        using ModelLease held = lease.Value;
        Outcome<LogPolicy> policy = await policies.ReadAsync(context.Plan.Model, cancellation);
        double share = policy.Ok ? Math.Min(options.Value.SampleShare, (double)options.Value.MaxSampleRows / Math.Max(1, shard.Rows)) : 0;
        using var sample = new RowSample(context.Plan, shard, log, policy.Ok ? policy.Value : LogPolicy.Default, share);
        using var run = new ShardRun(context, shard, held.Model, results, quarantine, sample);
        Outcome<TableReader> opened = await OpenAsync(context.Plan, shard, text, run.Kinds, cancellation);
        if (!opened.Ok)
            return opened.As<ShardSummary?>();
        using TableReader reader = opened.Value;
        Outcome<bool> through = await ReadAsync(context.Plan, shard, reader, [results, quarantine], run.TakeAsync, cancellation);
        if (!through.Ok || !through.Value)
            return through.Ok ? (ShardSummary?)null : through.As<ShardSummary?>();
        await sample.StoreAsync(cancellation);
        run.Finish();
        (shard.Scored, shard.Quarantined) = (run.Scored, run.Quarantined);
        return run.Summary;
    }

    /// <summary>Sets all rows of a shard aside as they stand in the file, read as text, so that nothing about them can fail.</summary>
    private async Task<Outcome<ShardSummary?>> SetAsideAsync(
        BatchPlan plan, ShardRow shard, string reason, BlockStager results, BlockStager quarantine, CancellationToken cancellation)
    {
        var aside = new QuarantineWriter(quarantine);
        var keys = new RowKey(plan);
        var fault = new RowFault("shard.given_up", null, null, reason);
        Dictionary<string, ColumnKind> texts = (plan.Header ?? []).ToDictionary(name => name, _ => ColumnKind.Text);
        Outcome<TableReader> opened = await OpenAsync(plan, shard, text: null, texts, cancellation);
        if (!opened.Ok)
            return opened.As<ShardSummary?>();
        using TableReader reader = opened.Value;
        Outcome<bool> through = await ReadAsync(plan, shard, reader, [results, quarantine], SetAside, cancellation);
        if (!through.Ok || !through.Value)
            return through.Ok ? (ShardSummary?)null : through.As<ShardSummary?>();
        (shard.Scored, shard.Quarantined) = (0, aside.Rows);
        ShardSummary summary = ShardSummary.Empty(plan.Outputs);
        foreach ((string rule, long rows) in aside.Reasons)
            summary.Reasons[rule] = rows;
        return summary;

        ValueTask<Failure?> SetAside(TableReader read)
        {
            foreach (ReadFault unreadable in read.Faults)
                aside.Add(shard.FirstRow + unreadable.Row, null, System.Text.Encoding.UTF8.GetBytes(unreadable.Text), fault);
            for (int row = 0; row < read.Batch.Rows; row++)
                aside.Add(shard.FirstRow + read.Batch.FirstRow + row, keys.Of(read, row), read.RowText(row), fault);
            aside.Flush();
            return new((Failure?)null);
        }
    }

    /// <summary>Reads the shard to its end. False: another owns it by now, or the job is over.</summary>
    private async Task<Outcome<bool>> ReadAsync(
        BatchPlan plan, ShardRow shard, TableReader reader, BlockStager[] stagers, Func<TableReader, ValueTask<Failure?>> take, CancellationToken cancellation)
    {
        long beat = time.GetTimestamp();
        while (true)
        {
            Outcome<bool> more = await reader.ReadAsync(cancellation);
            if (!more.Ok || !more.Value)
            {
                if (more.Ok && reader.Rows != shard.Rows)
                    throw new InvalidOperationException($"Shard {shard.Index} of job {plan.Job} has {reader.Rows} rows where the plan counted {shard.Rows}.");
                foreach (BlockStager stager in stagers)
                    await stager.StageRestAsync(cancellation);
                return more.Ok ? true : more;
            }

            if (await take(reader) is { } failure)
                return failure;
            bool staged = false;
            foreach (BlockStager stager in stagers)
                staged |= await stager.StageFullAsync(cancellation);
            if (!staged && time.GetElapsedTime(beat) < Heartbeat)
                continue;
            beat = time.GetTimestamp();
            shard.Progress = reader.Rows;
            if (!await shards.TryWriteAsync(shard, cancellation) || !await IsOpenAsync(plan, cancellation))
                return false;
        }
    }

    private async Task<bool> IsOpenAsync(BatchPlan plan, CancellationToken cancellation) =>
        (await jobs.FindAsync(JobId.Parse(plan.Job).Value, cancellation))?.StateNow.IsOpen() == true;

    private async Task<Outcome<TableReader>> OpenAsync(BatchPlan plan, ShardRow shard, KeptText? text, Dictionary<string, ColumnKind> kinds, CancellationToken cancellation)
    {
        int longest = options.Value.MaxRowBytes;
        Stream content = text is not null ? text.Open() : await DownloadAsync(plan, shard, cancellation);
        return plan.Format == DataFormat.Csv
            ? (await CsvReader.OpenAsync(content, new() { Plain = true, Header = plan.Header, Separator = plan.Separator, Kinds = kinds, MaxRowBytes = longest }, cancellation)).Map<TableReader>(r => r)
            : (await JsonLinesReader.OpenAsync(content, new() { Plain = true, Kinds = kinds, MaxRowBytes = longest }, cancellation)).Map<TableReader>(r => r);
    }

    private async Task<Stream> DownloadAsync(BatchPlan plan, ShardRow shard, CancellationToken cancellation)
    {
        var part = new BlobDownloadOptions { Range = new HttpRange(shard.Start, shard.End - shard.Start) };
        if (plan.TextETag is { } tag)
            part.Conditions = new BlobRequestConditions { IfMatch = new ETag($"\"{tag}\"") };
        return (await Blob(plan.TextContainer, plan.TextPath).DownloadStreamingAsync(part, cancellation)).Value.Content;
    }

    private BlockBlobClient Blob(string container, string path) => blobs.GetBlobContainerClient(container).GetBlockBlobClient(path);
}
