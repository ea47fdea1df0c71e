using System.Text.Json;
using System.Text.Json.Nodes;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using Microsoft.Extensions.Logging;
using Tidemark.Platform.Alerts;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;
using Tidemark.Platform.Storage;
using Tidemark.Platform.Tabular.Profiles;
using Tidemark.Validation.Docs;
using Tidemark.Validation.Logs;

namespace Tidemark.Validation;

/// <summary>A validation: its result as JSON, or why it failed, or neither while it runs.</summary>
public sealed record ValidationTicket(string Id, JsonObject? Result = null, Failure? Failure = null);

/// <summary>
/// Validates at once what is small, and by the queue <c>validations</c> what is large: <c>reports/validations/{id}/request.json</c> is what was
/// asked, <c>result.json</c> beside it the answer, <c>index.html</c> its page. A message that comes twice writes the same answer twice; one that fails
/// again and again ends as a failure that stands in the answer's place.
/// </summary>
public sealed partial class ValidationJobs(
    BlobServiceClient blobs, QueueServiceClient queues, Validator validator, AlertSender alerts, TimeProvider clock, ILogger<ValidationJobs> logger)
{
    /// <value>Largest file that is validated while the caller waits. 16 MiB.</value>
    public const long MostAtOnce = 16 << 20;

    /// <value>After so long without a result, a validation that was asked for is put on the queue again. 1 h.</value>
    public static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    private const string Asked = "asked";

    private readonly BlobContainerClient container = blobs.GetBlobContainerClient(StorageNames.Containers.Reports);
    private readonly QueueClient queue = queues.GetQueueClient(StorageNames.Queues.Validations);

    public async Task<Outcome<ValidationTicket>> StartAsync(byte[] body, CancellationToken cancellation)
    {
        Outcome<ValidationRequest> request = JsonBody.Parse(body).Then(ValidationRequest.Parse);
        if (!request.Ok)
            return request.As<ValidationTicket>();
        if (request.Value.Log is { } day)
            return await StartAsync(request.Value, day, body, cancellation);
        Outcome<long> size = await validator.SizeAsync(request.Value, cancellation);
        if (!size.Ok)
            return size.As<ValidationTicket>();
        if (size.Value > MostAtOnce)
            return await EnqueueAsync(body, cancellation);
        return (await validator.ValidateAsync(request.Value, profile: null, cancellation)).Map(result => new ValidationTicket(NewId(), result.ToJson()));
    }

    /// <summary>Asks for the validation of a finished day once; false when somebody has done so. What got lost on the way is asked for again after a while.</summary>
    public async Task<bool> RequestAsync(LogDay day, CancellationToken cancellation)
    {
        var body = new JsonObject { ["log"] = day.ToJson() };
        BlobClient request = Blob(day.Id, "request.json");
        try
        {
            await request.UploadAsync(BinaryData.FromString(body.ToJsonString()), Once(), cancellation);
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            BlobProperties known = await request.GetPropertiesAsync(cancellationToken: cancellation);
            bool fresh = known.Metadata.TryGetValue(Asked, out string? asked) && DateTimeOffset.TryParse(asked, System.Globalization.CultureInfo.InvariantCulture, out DateTimeOffset time) && clock.GetUtcNow() - time < Patience;
            if (fresh || await Blob(day.Id, "result.json").ExistsAsync(cancellation))
                return false;
            await request.SetMetadataAsync(AskedNow(), cancellationToken: cancellation);
        }

        await queue.SendMessageAsync(day.Id, cancellation);
        return true;
    }

    public async Task RunAsync(string id, CancellationToken cancellation)
    {
        if (!IsId(id) || await ReadAsync(Blob(id, "request.json"), cancellation) is not { } body)
        {
            LogNoRequest(id);
            return;
        }

        Outcome<ValidationRequest> request = JsonBody.Parse(body.ToArray()).Then(ValidationRequest.Parse);
        LogDay? day = request.Value?.Log;
        Profile? profile = day is null ? null : new Profile();
        var result = await request.ThenAsync(r => validator.ValidateAsync(r, profile, cancellation));
        JsonObject answer = result.Ok ? result.Value.ToJson() : Failed(result.Failure);
        if (result.Ok)
        {
            var page = new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "text/html; charset=utf-8" } };
            await Blob(id, "index.html").UploadAsync(BinaryData.FromString(DataDocs.Render(answer, profile)), page, cancellation);
        }

        if (result.Ok && day?.Id == id && LogAlerts.Of(day, result.Value, id, clock.GetUtcNow()) is { } alert)
            await alerts.SendAsync(alert, cancellation);
        await Blob(id, "result.json").UploadAsync(BinaryData.FromString(answer.ToJsonString()), overwrite: true, cancellation);
    }

    /// <summary>Notes that a validation failed each time it was tried; a result that stands is left alone.</summary>
    public async Task GiveUpAsync(string id, CancellationToken cancellation)
    {
        LogGivenUp(id);
        if (!IsId(id) || !await Blob(id, "request.json").ExistsAsync(cancellation))
            return;
        var failure = new Failure(
            FailureKind.Unavailable, "Validation failed", $"The validation {id} was tried several times and ended each time in an unexpected error, which the log of the host shows. POST it again once the cause is gone.");
        try
        {
            await Blob(id, "result.json").UploadAsync(BinaryData.FromString(Failed(failure).ToJsonString()), Once(), cancellation);
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            LogDoneAfterAll(id);
        }
    }

    /// <summary>The ticket of a validation that was answered with 202.</summary>
    public async Task<Outcome<ValidationTicket>> FindAsync(string id, CancellationToken cancellation)
    {
        if (!IsId(id))
            return Unknown(id);
        if (await ReadAsync(Blob(id, "result.json"), cancellation) is { } stored)
        {
            JsonObject result = JsonNode.Parse(stored.ToMemory().Span)!.AsObject();
            return result["failure"] is { } failure ? new ValidationTicket(id, Failure: failure.Deserialize<Failure>()) : new ValidationTicket(id, result);
        }

        return await Blob(id, "request.json").ExistsAsync(cancellation) ? new ValidationTicket(id) : Unknown(id);
    }

    /// <summary>The page of a validation that was done by the queue.</summary>
    public async Task<Outcome<string>> PageAsync(string id, CancellationToken cancellation) =>
        IsId(id) && await ReadAsync(Blob(id, "index.html"), cancellation) is { } page ? page.ToString() : Unknown(id);

    /// <summary>By hand: a finished day under its own suite is the nightly validation; another suite, or a day under way, is one of its own.</summary>
    private async Task<Outcome<ValidationTicket>> StartAsync(ValidationRequest request, LogDay day, byte[] body, CancellationToken cancellation)
    {
        if (request.Suite is not null || request.Stored is not null || day.End > clock.GetUtcNow())
            return await EnqueueAsync(body, cancellation);
        await RequestAsync(day, cancellation);
        return await FindAsync(day.Id, cancellation);
    }

    private async Task<Outcome<ValidationTicket>> EnqueueAsync(byte[] body, CancellationToken cancellation)
    {
        string id = NewId();
        await Blob(id, "request.json").UploadAsync(new BinaryData(body), overwrite: true, cancellation);
        await queue.SendMessageAsync(id, cancellation);
        return new ValidationTicket(id);
    }

    private BlobUploadOptions Once() => new() { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All }, Metadata = AskedNow() };

    private Dictionary<string, string> AskedNow() => new() { [Asked] = clock.GetUtcNow().ToString("O") };

    private static JsonObject Failed(Failure failure) => new() { ["failure"] = JsonSerializer.SerializeToNode(failure) };

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

    private BlobClient Blob(string id, string part) => container.GetBlobClient($"validations/{id}/{part}");

    private static string NewId() => Guid.NewGuid().ToString("N");

    private static bool IsId(string id) => Guid.TryParseExact(id, "N", out _);

    private static Failure Unknown(string id) => new(
        FailureKind.NotFound, "No such validation", $"There is no validation '{(id.Length <= 80 ? id : id[..80] + "…")}'. POST /api/validations starts one; small ones are answered at once and not kept.");

    [LoggerMessage(Level = LogLevel.Warning, Message = "A message asks for validation {Id}, of which there is no request; it is dropped")]
    private partial void LogNoRequest(string id);

    [LoggerMessage(Level = LogLevel.Error, Message = "Validation {Id} was tried several times and failed each time")]
    private partial void LogGivenUp(string id);

    [LoggerMessage(Level = LogLevel.Information, Message = "Validation {Id} has a result all the same")]
    private partial void LogDoneAfterAll(string id);
}
