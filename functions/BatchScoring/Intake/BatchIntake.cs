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
    JobStart start, JobLedger jobs, Planner planner, Completion completion, Callbacks callbacks, IntakeAudit audit, BlobServiceClient blobs, QueueServiceClient queues,
    IOptions<BatchScoringOptions> options, TimeProvider time)
{
    private const string Asked = "{\"batch\":";

    public Task TakeAsync(string message, CancellationToken cancellation) => Patience.RunAsync(() => TakeOnceAsync(message, cancellation), time, cancellation);

    /// <summary>
    /// Takes a message that was tried too often. A file whose planners merely died is planned again, a while; else the job fails with the last
    /// error, one that was never made too, so that <c>GET /api/batches</c> shows it. A message that names no file is kept in the audit.
    /// </summary>
    public Task GiveUpAsync(string message, CancellationToken cancellation) => Patience.RunAsync(() => GiveUpOnceAsync(message, cancellation), time, cancellation);

    internal static string Message(BatchRequest request) => JsonSerializer.Serialize(new BatchMessage(request), BatchJson.Default.BatchMessage);

    private async Task GiveUpOnceAsync(string message, CancellationToken cancellation)
    {
        if (message.StartsWith(Callbacks.Again, StringComparison.Ordinal))
        {
            await callbacks.SendAgainAsync(message, cancellation);
            return;
        }

        Outcome<BatchRequest> request = await ReadAsync(message, cancellation);
        if (request is not { Ok: true, Value.Container.Length: > 0 })
        {
            await audit.RefuseAsync(message, request.Failure?.Detail ?? "it was tried too often and names no file to score", cancellation);
            return;
        }

        JobRow? job = await jobs.FindAsync(JobId.Of(request.Value), cancellation) ?? await LastChanceAsync(message, request.Value, cancellation);
        if (job?.StateNow.IsOpen() == true && !job.Planned)
        {
            if (job.LastError is null && job.Attempt < options.Value.MaxAttempts)
            {
                await queues.GetQueueClient(StorageNames.Queues.BatchIntake).SendMessageAsync(message, cancellation);
                return;
            }

            await jobs.FailAsync(job.JobId, TriedTooOften(job.Source, job.LastError ?? "the workers that began it did not come back"), cancellation);
        }

        if (job is not null)
            await completion.TryAsync(job.JobId, cancellation);
    }

    /// <summary>Makes the job after all, or one that has failed with the reason why it could not be made; null when not even that can be stored.</summary>
    private async Task<JobRow?> LastChanceAsync(string message, BatchRequest request, CancellationToken cancellation)
    {
        string error;
        try
        {
            Outcome<JobRow> made = await start.InsertAsync(request, cancellation);
            if (made.Ok)
                return made.Value;
            error = made.Failure.Detail;
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && !Patience.IsFaltering(e))
        {
            error = e.Message;
        }

        try
        {
            return await start.InsertFailedAsync(request, TriedTooOften(request.Source, error), cancellation);
        }
        catch (RequestFailedException e) when (!StorageOutage.Is(e))
        {
            await audit.RefuseAsync(message, $"no job could be made of it: {error} {e.Message}", cancellation);
            return null;
        }
    }

    private static Failure TriedTooOften(string source, string error) => new(
        FailureKind.Unavailable, "File could not be read",
        $"The file {source} was tried too often; the last error was: {(error.Length <= 1000 ? error : error[..1000] + "…")} POST /api/batches with {{\"blob\": \"{source}\"}} tries again.");

    private async Task TakeOnceAsync(string message, CancellationToken cancellation)
    {
        if (message.StartsWith(Callbacks.Again, StringComparison.Ordinal))
        {
            await callbacks.SendAgainAsync(message, cancellation);
            return;
        }

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
