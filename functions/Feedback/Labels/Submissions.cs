using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Storage;
using Tidemark.Registry;

namespace Tidemark.Feedback.Labels;

/// <summary>
/// Accepts labels: they are in storage (<c>reports/feedback/{id}/labels.json</c>) and on the queue <c>feedback</c> before the caller hears so.
/// </summary>
public sealed class Submissions(BlobServiceClient blobs, QueueServiceClient queues, ModelDirectory models, TimeProvider clock)
{
    private readonly BlobContainerClient container = blobs.GetBlobContainerClient(StorageNames.Containers.Reports);
    private readonly QueueClient queue = queues.GetQueueClient(StorageNames.Queues.Feedback);

    /// <param name="request">The labels.</param>
    /// <param name="idempotencyKey">With the same key and labels a repeated request is the same submission; null: each is one of its own.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public async Task<Outcome<SubmissionState>> AcceptAsync(FeedbackRequest request, string? idempotencyKey, CancellationToken cancellation)
    {
        if (await UnknownAsync(request, cancellation) is { } unknown)
            return unknown;
        string id = idempotencyKey is null ? Guid.NewGuid().ToString("N") : IdOf($"{request.Model}|{idempotencyKey}");
        var submission = Submission.Of(request, clock.GetUtcNow());
        try
        {
            await Blob(id, "labels").UploadAsync(submission.Write(), new BlobUploadOptions { Conditions = new() { IfNoneMatch = ETag.All } }, cancellation);
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobAlreadyExists)
        {
            // Sent before, by the caller or by the client whose answer was lost; the message may not have been.
            if (await ReadAsync(Blob(id, "labels"), cancellation) is { } stored && !Submission.Read(stored).Repeats(submission))
                return new Failure(FailureKind.Conflict, "Key used before", "The Idempotency-Key has come with other labels before: send another key for other labels.");
        }

        await queue.SendMessageAsync(id, cancellation);
        return new SubmissionState(id, SubmissionState.Accepted, submission.Model, request.Blob is null ? request.Labels.Count : null);
    }

    /// <summary>What became of a submission.</summary>
    public async Task<Outcome<SubmissionState>> FindAsync(string id, CancellationToken cancellation)
    {
        if (IsId(id) && await ReadAsync(Blob(id, "result"), cancellation) is { } result)
            return JsonSerializer.Deserialize(result, FeedbackJson.Default.SubmissionState)!;
        if (IsId(id) && await ReadAsync(Blob(id, "labels"), cancellation) is { } labels)
            return new SubmissionState(id, SubmissionState.Accepted, Submission.Read(labels).Model);
        return new Failure(FailureKind.NotFound, "No such submission", $"There is no submission '{(id.Length <= 80 ? id : id[..80] + "…")}'. POST /api/feedback answers with the id of one.");
    }

    internal static string IdOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));

    internal static bool IsId(string id) => Guid.TryParseExact(id, "N", out _);

    internal async Task<Submission?> StoredAsync(string id, CancellationToken cancellation) =>
        await ReadAsync(Blob(id, "labels"), cancellation) is { } stored ? Submission.Read(stored) : null;

    internal Task FinishAsync(SubmissionState state, CancellationToken cancellation) => Blob(state.Id, "result").UploadAsync(
        BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(state, FeedbackJson.Default.SubmissionState)), overwrite: true, cancellation);

    private async Task<Failure?> UnknownAsync(FeedbackRequest request, CancellationToken cancellation)
    {
        Outcome<ResolvedModel> champion = await models.ResolveAsync(request.Model, version: null, cancellation);
        if (!champion.Ok)
        {
            Outcome<IReadOnlyList<ModelName>> all = await models.ListAsync(cancellation);
            if (!all.Ok)
                return all.Failure;
            if (!all.Value.Contains(request.Model))
                return champion.Failure;
        }

        bool absent = request.Blob is { } file && !await blobs.GetBlobContainerClient(file.Container).GetBlobClient(file.Path).ExistsAsync(cancellation);
        return absent ? new Failure(FailureKind.NotFound, "No such blob", $"There is no blob {request.Blob}.") : null;
    }

    private static async Task<BinaryData?> ReadAsync(BlobClient blob, CancellationToken cancellation)
    {
        try
        {
            BlobDownloadResult read = await blob.DownloadContentAsync(cancellation);
            return read.Content;
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
    }

    private BlobClient Blob(string id, string part) => container.GetBlobClient($"feedback/{id}/{part}.json");
}
