using System.Text.Json.Nodes;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;
using Tidemark.Platform.Storage;

namespace Tidemark.Platform.Monitoring;

/// <summary>How a model is watched, as stored.</summary>
/// <param name="Settings">One object a section, e.g. <c>log</c>, <c>drift</c>; each slice reads its own.</param>
/// <param name="Tag">Entity tag; null when nothing is stored, then <paramref name="Settings"/> is empty.</param>
public sealed record MonitoringDocument(JsonObject Settings, string? Tag)
{
    public static MonitoringDocument None { get; } = new([], Tag: null);
}

/// <summary>
/// Per model one document that says how it is watched: blob <c>profiles/{model}/monitoring.json</c>. It changes under its ETag; of concurrent
/// changes exactly one wins.
/// </summary>
public sealed class MonitoringStore(BlobServiceClient service)
{
    private const string Token = "token";

    private readonly BlobContainerClient container = service.GetBlobContainerClient(StorageNames.Containers.Profiles);

    /// <param name="model">A model's name that has been parsed.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public async Task<MonitoringDocument> ReadAsync(string model, CancellationToken cancellation)
    {
        (JsonObject? settings, string? tag) = await StoredAsync(model, cancellation);
        settings?.Remove(Token);
        return settings is null ? MonitoringDocument.None : new(settings, tag);
    }

    /// <summary>Stores the document when the condition holds for the current one.</summary>
    public async Task<Outcome<MonitoringDocument>> WriteAsync(string model, JsonObject settings, Precondition condition, CancellationToken cancellation)
    {
        (_, string? current) = await StoredAsync(model, cancellation);
        if (!condition.Holds(current))
            return Changed(model, current);
        string token = Guid.NewGuid().ToString("N");
        JsonObject stored = settings.DeepClone().AsObject();
        stored[Token] = token;
        var options = new BlobUploadOptions
        {
            Conditions = current is null ? new() { IfNoneMatch = ETag.All } : new() { IfMatch = new ETag(current) },
            HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" },
        };
        try
        {
            BlobContentInfo written = await Blob(model).UploadAsync(BinaryData.FromString(stored.ToJsonString()), options, cancellation);
            return new MonitoringDocument(settings, written.ETag.ToString("H"));
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412 && !StorageOutage.Is(e))
        {
            // The client may have repeated a request whose answer was lost: then the document holds our own token.
            (JsonObject? found, string? tag) = await StoredAsync(model, cancellation);
            return found?[Token]?.GetValue<string>() == token ? new MonitoringDocument(settings, tag) : Changed(model, tag);
        }
    }

    private async Task<(JsonObject? Settings, string? Tag)> StoredAsync(string model, CancellationToken cancellation)
    {
        try
        {
            BlobDownloadResult read = await Blob(model).DownloadContentAsync(cancellation);
            return (JsonNode.Parse(read.Content.ToMemory().Span)!.AsObject(), read.Details.ETag.ToString("H"));
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return (null, null);
        }
    }

    private BlobClient Blob(string model) => container.GetBlobClient($"{model}/monitoring.json");

    private static Failure Changed(string model, string? tag) => new(
        FailureKind.PreconditionFailed, "Monitoring has changed",
        $"How '{model}' is monitored is {(tag is null ? "not stored yet" : $"at the ETag {tag}")}. Read it again and repeat the change with {(tag is null ? "If-None-Match: *" : "its ETag in If-Match")}.");
}
