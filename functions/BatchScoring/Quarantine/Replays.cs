using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.AspNetCore.Http;
using Tidemark.BatchScoring.Completing;
using Tidemark.BatchScoring.Intake;
using Tidemark.BatchScoring.Jobs;
using Tidemark.BatchScoring.Planning;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;
using Tidemark.Platform.Storage;

namespace Tidemark.BatchScoring.Quarantine;

/// <summary>The body of <c>POST /api/quarantine/{job}/replay</c>; empty to try the same rows again.</summary>
public sealed record ReplayBody
{
    /// <summary>The version to score with; that of the job when left out.</summary>
    public string? Version { get; init; }

    /// <summary>The suite to hold rows to, <c>name</c> or <c>name/version</c>.</summary>
    public string? Suite { get; init; }

    /// <summary>Corrected rows; only these are replayed then.</summary>
    public IReadOnlyList<CorrectedRow>? Rows { get; init; }

    /// <summary>Anything; another note makes another replay of the same rows.</summary>
    public string? Note { get; init; }
}

/// <summary>A row as it should have been.</summary>
public sealed record CorrectedRow
{
    /// <summary>Its number in the file, as the quarantine says.</summary>
    public required long Row { get; init; }

    /// <summary>The row as it should stand in the file; or</summary>
    public string? Text { get; init; }

    /// <summary>the values to put in, by column.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Values { get; init; }
}

/// <summary>
/// Makes a new job of the rows that a job set aside. Its file is <c>quarantine/{job}/replays/…</c>, whose column <c>original_row</c> has the rows'
/// numbers in the first file; the two jobs name each other. The same request makes the same replay.
/// </summary>
public sealed class Replays(BlobServiceClient blobs, JobLedger jobs, PlanStore plans, JobStart start, Submission submission, ReplayFile file)
{
    public async Task<Outcome<JobRow>> BeginAsync(string job, HttpRequest http, CancellationToken cancellation)
    {
        Outcome<byte[]> bytes = await JsonBody.BytesAsync(http, cancellation);
        Outcome<ReplayBody> body = bytes.Then(b => BatchBodies.Read(b, BatchJson.Default.ReplayBody));
        Outcome<JobRow> original = await body.ThenAsync(_ => OriginalAsync(job, cancellation));
        return await original.ThenAsync(o => BeginAsync(o, body.Value!, cancellation));
    }

    private async Task<Outcome<JobRow>> OriginalAsync(string job, CancellationToken cancellation)
    {
        Outcome<JobId> id = JobId.Parse(job);
        if (!id.Ok)
            return id.As<JobRow>();
        if (await jobs.FindAsync(id.Value, cancellation) is not { } original)
            return new Failure(FailureKind.NotFound, "No such batch", $"There is no batch {id.Value}. GET /api/batches lists them.");
        return original switch
        {
            { StateNow: not (BatchState.Completed or BatchState.CompletedWithFailures) } =>
                new Failure(FailureKind.Conflict, "Batch not complete", $"The batch {job} is {original.State}: its quarantine can be replayed once it is complete."),
            { Quarantined: 0 } => new Failure(FailureKind.Conflict, "Nothing in quarantine", $"The batch {job} set no row aside: there is nothing to replay."),
            _ => original,
        };
    }

    private async Task<Outcome<JobRow>> BeginAsync(JobRow original, ReplayBody body, CancellationToken cancellation)
    {
        BatchPlan plan = await plans.ReadAsync(original.JobId, cancellation);
        BatchRequest wanted = plan.Request with { Version = body.Version ?? plan.Version, Suite = body.Suite, ReplayOf = original.Id, Again = 0, Callback = null };
        Outcome<JobStart.Pins> pins = await start.PinAsync(wanted, cancellation);
        if (!pins.Ok)
            return pins.As<JobRow>();
        string seed = JsonSerializer.Serialize(body, BatchJson.Default.ReplayBody) + pins.Value;
        string name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(seed)))[..16];
        string path = $"{original.Id}/replays/{name}.{(plan.Header is null ? "jsonl" : "csv")}";
        Outcome<string> tag = await TagAsync(plan, original, body, path, cancellation);
        if (!tag.Ok)
            return tag.As<JobRow>();
        BatchRequest request = wanted with
        {
            Container = StorageNames.Containers.Quarantine,
            Path = path,
            ETag = tag.Value,
            Suite = pins.Value.Suite,
            Keep = ReplayFile.Kept(plan),
        };
        string replay = JobId.Of(request).ToString();
        await jobs.ChangeAsync(original.JobId, row => Link(row, replay), cancellation);
        return await submission.SendAsync(request, cancellation);
    }

    private static bool Link(JobRow job, string replay)
    {
        string[] known = job.Replays?.Split(',') ?? [];
        if (known.Contains(replay))
            return false;
        job.Replays = string.Join(',', known.Append(replay));
        return true;
    }

    /// <summary>ETag of the replay's file, which is written unless it is there.</summary>
    private async Task<Outcome<string>> TagAsync(BatchPlan plan, JobRow original, ReplayBody body, string path, CancellationToken cancellation)
    {
        BlockBlobClient blob = blobs.GetBlobContainerClient(StorageNames.Containers.Quarantine).GetBlockBlobClient(path);
        if (!await blob.ExistsAsync(cancellation) && await file.WriteAsync(plan, ResultBlobs.Quarantine(original.Id), body.Rows, blob, cancellation) is { } failure)
            return failure;
        Response<BlobProperties> written = await blob.GetPropertiesAsync(cancellationToken: cancellation);
        return written.Value.ETag.ToString().Trim('"');
    }
}
