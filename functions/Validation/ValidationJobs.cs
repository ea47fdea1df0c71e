using System.Text.Json;
using System.Text.Json.Nodes;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;
using Tidemark.Platform.Storage;

namespace Tidemark.Validation;

/// <summary>A validation: its result as JSON, or null while it runs.</summary>
public sealed record ValidationTicket(string Id, JsonObject? Result);

/// <summary>
/// Validates at once what is small, and by the queue <c>validations</c> what is large: <c>reports/validations/{id}/request.json</c> is what was
/// asked, <c>result.json</c> beside it the answer. A message that comes twice writes the same answer twice.
/// </summary>
public sealed class ValidationJobs(BlobServiceClient blobs, QueueServiceClient queues, Validator validator)
{
    /// <value>Largest file that is validated while the caller waits. 16 MiB.</value>
    public const long MostAtOnce = 16 << 20;

    private readonly BlobContainerClient container = blobs.GetBlobContainerClient(StorageNames.Containers.Reports);

    public async Task<Outcome<ValidationTicket>> StartAsync(byte[] body, CancellationToken cancellation)
    {
        Outcome<ValidationRequest> request = JsonBody.Parse(body).Then(ValidationRequest.Parse);
        Outcome<long> size = await request.ThenAsync(r => validator.SizeAsync(r, cancellation));
        string id = Guid.NewGuid().ToString("N");
        if (!size.Ok)
            return size.As<ValidationTicket>();
        if (size.Value <= MostAtOnce)
            return (await validator.ValidateAsync(request.Value!, cancellation)).Map(result => new ValidationTicket(id, result.ToJson()));
        await Blob(id, "request").UploadAsync(new BinaryData(body), overwrite: true, cancellation);
        await queues.GetQueueClient(StorageNames.Queues.Validations).SendMessageAsync(id, cancellation);
        return new ValidationTicket(id, Result: null);
    }

    public async Task RunAsync(string id, CancellationToken cancellation)
    {
        if (!IsId(id) || await ReadAsync(Blob(id, "request"), cancellation) is not { } body)
            return;
        Outcome<ValidationRequest> request = JsonBody.Parse(body.ToArray()).Then(ValidationRequest.Parse);
        var result = await request.ThenAsync(r => validator.ValidateAsync(r, cancellation));
        JsonObject answer = result.Ok ? result.Value.ToJson() : new JsonObject { ["failure"] = JsonSerializer.SerializeToNode(result.Failure) };
        await Blob(id, "result").UploadAsync(BinaryData.FromString(answer.ToJsonString()), overwrite: true, cancellation);
    }

    /// <summary>The ticket of a validation that was answered with 202; its failure when it could not be done.</summary>
    public async Task<Outcome<ValidationTicket>> FindAsync(string id, CancellationToken cancellation)
    {
        if (!IsId(id))
            return Unknown(id);
        if (await ReadAsync(Blob(id, "result"), cancellation) is { } result)
            return Answer(id, JsonNode.Parse(result.ToMemory().Span)!.AsObject());
        return await Blob(id, "request").ExistsAsync(cancellation) ? new ValidationTicket(id, Result: null) : Unknown(id);
    }

    private static Outcome<ValidationTicket> Answer(string id, JsonObject result) =>
        result["failure"] is { } failure ? failure.Deserialize<Failure>()! : new ValidationTicket(id, result);

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

    private BlobClient Blob(string id, string part) => container.GetBlobClient($"validations/{id}/{part}.json");

    private static bool IsId(string id) => Guid.TryParseExact(id, "N", out _);

    private static Failure Unknown(string id) => new(
        FailureKind.NotFound, "No such validation", $"There is no validation '{(id.Length <= 80 ? id : id[..80] + "…")}'. POST /api/validations starts one; small ones are answered at once and not kept.");
}
