using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.Options;
using Tidemark.BatchScoring.Completing;
using Tidemark.BatchScoring.Jobs;
using Tidemark.BatchScoring.Planning;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Storage;

namespace Tidemark.BatchScoring.Intake;

/// <summary>
/// Takes one message of queue <c>batch-intake</c>: an event of a dropped file, or what a caller asked for. Makes the job, plans it, and
/// completes one that has no rows. A message that comes again goes on where the last one stopped.
/// </summary>
public sealed class BatchIntake(
    JobStart start, JobLedger jobs, Planner planner, Completion completion, IntakeAudit audit, BlobServiceClient blobs, QueueServiceClient queues,
    IOptions<BatchScoringOptions> options, FaultPoints faults, TimeProvider time)
{
    private const string Asked = "{\"batch\":";

    public Task TakeAsync(string message, CancellationToken cancellation) => Patience.RunAsync(() => TakeOnceAsync(message, cancellation), time, cancellation);

    /// <summary>
    /// Takes a message that was tried too often. A file whose planners merely died is planned again, a while; else the job fails with the last
    /// error. A message without a job is kept in the audit.
    /// </summary>
    public async Task GiveUpAsync(string message, CancellationToken cancellation)
    {
        Outcome<BatchRequest> request = await ReadAsync(message, cancellation);
        JobId? id = request is { Ok: true, Value.Container.Length: > 0 } ? JobId.Of(request.Value) : null;
        JobRow? job = id is null ? null : await jobs.FindAsync(id.Value, cancellation);
        if (job is null)
        {
            await audit.RefuseAsync(message, request.Failure?.Detail ?? "it was tried too often and no job could be made of it", cancellation);
            return;
        }

        if (job.StateNow.IsOpen() && !job.Planned && job.LastError is null && job.Attempt < options.Value.MaxAttempts)
        {
            await queues.GetQueueClient(StorageNames.Queues.BatchIntake).SendMessageAsync(message, cancellation);
            return;
        }

        if (job.StateNow.IsOpen() && !job.Planned)
        {
            string error = job.LastError ?? "the workers that began it did not come back";
            await jobs.FailAsync(id!.Value, new Failure(FailureKind.Unavailable, "File could not be read", $"The file {job.Source} was tried too often; the last error was: {error} POST /api/batches with {{\"blob\": \"{job.Source}\"}} tries again."), cancellation);
        }

        await completion.TryAsync(id!.Value, cancellation);
    }

    internal static string Message(BatchRequest request) => JsonSerializer.Serialize(new BatchMessage(request), BatchJson.Default.BatchMessage);

    private async Task TakeOnceAsync(string message, CancellationToken cancellation)
    {
        Outcome<BatchRequest> request = await ReadAsync(message, cancellation);
        if (!request.Ok)
        {
            await audit.RefuseAsync(message, request.Failure.Detail, cancellation);
            return;
        }

        if (request.Value.Container.Length == 0)
            return; // an event of a container that holds no files to score
        Outcome<JobRow> job = await start.InsertAsync(request.Value, cancellation);
        if (!job.Ok)
            throw new TimeoutException(job.Failure.Detail);
        await faults.ReachAsync(FaultPoints.AfterJobInsert, cancellation);
        JobId id = job.Value.JobId;
        if (await jobs.ChangeAsync(id, Begin, cancellation) is { Planned: false, StateNow: BatchState.Running } begun)
            await PlanAsync(begun, cancellation);
        await completion.TryAsync(id, cancellation);
    }

    private bool Begin(JobRow job)
    {
        bool open = job.StateNow.IsOpen() && !job.Planned;
        if (open)
            (job.StateNow, job.Started, job.Attempt) = (BatchState.Running, job.Started ?? time.GetUtcNow(), job.Attempt + 1);
        return open;
    }

    private async Task PlanAsync(JobRow job, CancellationToken cancellation)
    {
        Outcome<JobRow> planned;
        try
        {
            planned = await planner.PlanAsync(job, cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && !Patience.IsFaltering(e))
        {
            await NoteAsync(job, e.Message, cancellation);
            throw;
        }

        if (planned.Failure?.Kind == FailureKind.Unavailable)
        {
            await NoteAsync(job, planned.Failure.Detail, cancellation);
            throw new TimeoutException(planned.Failure.Detail);
        }

        if (!planned.Ok)
            await jobs.FailAsync(job.JobId, planned.Failure, cancellation);
    }

    private Task<JobRow?> NoteAsync(JobRow job, string error, CancellationToken cancellation) => jobs.ChangeAsync(
        job.JobId,
        row =>
        {
            row.LastError = error.Length <= 1000 ? error : error[..1000] + "…";
            return row.StateNow.IsOpen();
        },
        cancellation);

    /// <summary>What the message asks for; an empty request for an event that is none of ours.</summary>
    private async Task<Outcome<BatchRequest>> ReadAsync(string message, CancellationToken cancellation)
    {
        if (message.StartsWith(Asked, StringComparison.Ordinal))
            return ReadAsked(message);
        Outcome<BlobCreated> created = BlobCreated.Parse(message);
        if (!created.Ok)
            return created.As<BatchRequest>();
        if (created.Value.Container != StorageNames.Containers.Incoming)
            return new BatchRequest();
        BlobCreated blob = created.Value;
        string model = blob.Path.Contains('/', StringComparison.Ordinal) ? blob.Path.Split('/')[0] : "";
        string tag = blob.ETag.Length > 0 ? blob.ETag : await TagOfAsync(blob, cancellation);
        return new BatchRequest { Container = blob.Container, Path = blob.Path, ETag = tag, Model = model };
    }

    private static Outcome<BatchRequest> ReadAsked(string message)
    {
        try
        {
            return JsonSerializer.Deserialize(message, BatchJson.Default.BatchMessage)!.Batch;
        }
        catch (JsonException error)
        {
            return new Failure(FailureKind.Malformed, "Not a batch", $"The message is no request for a batch: {error.Message}");
        }
    }

    private async Task<string> TagOfAsync(BlobCreated blob, CancellationToken cancellation)
    {
        try
        {
            var properties = await blobs.GetBlobContainerClient(blob.Container).GetBlobClient(blob.Path).GetPropertiesAsync(cancellationToken: cancellation);
            return properties.Value.ETag.ToString().Trim('"');
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return "deleted";
        }
    }
}
