using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;
using Tidemark.Platform.Storage;
using Tidemark.Registry;
using Tidemark.Retraining.Contract;

namespace Tidemark.Retraining.Policies;

/// <summary>A policy as stored.</summary>
/// <param name="Version">From 1 on, one more with each change.</param>
/// <param name="Token">Of the change that stored it, to tell "mine" after a repeated request.</param>
/// <param name="Saved">When.</param>
/// <param name="By">Who.</param>
/// <param name="Policy">As it was sent, defaults left out.</param>
public sealed record StoredPolicy(int Version, string Token, DateTimeOffset Saved, string By, JsonElement Policy)
{
    /// <summary>Read again: what was stored has been checked, so that only a later version of the suite may find fault with it.</summary>
    public Outcome<RetrainingPolicy> Read() => PolicyReader.Read(Policy);
}

/// <summary>
/// Policies of models as blobs: <c>profiles/{model}/retraining/current.json</c> changes under its ETag, and what it held before was first copied to
/// <c>{version}.json</c> beside it. Of concurrent changes exactly one wins; a retraining goes on under the version with which it began.
/// </summary>
public sealed class PolicyStore(BlobServiceClient service, TimeProvider clock)
{
    private readonly BlobContainerClient container = service.GetBlobContainerClient(StorageNames.Containers.Profiles);

    /// <summary>The current policy with its ETag; null when none is stored.</summary>
    public async Task<(StoredPolicy Stored, string Tag)?> CurrentAsync(ModelName model, CancellationToken cancellation) => await ReadAsync(Blob(model, "current"), cancellation);

    /// <summary>A version of the policy, also an earlier one.</summary>
    public async Task<Outcome<RetrainingPolicy>> VersionAsync(ModelName model, int version, CancellationToken cancellation)
    {
        var current = await ReadAsync(Blob(model, "current"), cancellation);
        var found = current?.Stored.Version == version ? current : await ReadAsync(Blob(model, $"{version}"), cancellation);
        return found is { } stored ? stored.Stored.Read() : Absent(model);
    }

    /// <summary>Stores the next version when the condition holds for the current one.</summary>
    public async Task<Outcome<(StoredPolicy Stored, string Tag)>> WriteAsync(ModelName model, JsonElement policy, Precondition condition, Actor by, CancellationToken cancellation)
    {
        var current = await CurrentAsync(model, cancellation);
        if (!condition.Holds(current?.Tag)) return Changed(model, current);
        if (current is { } old) await Blob(model, $"{old.Stored.Version}").UploadAsync(Data(old.Stored), overwrite: true, cancellation);
        var next = new StoredPolicy((current?.Stored.Version ?? 0) + 1, Guid.NewGuid().ToString("N"), clock.GetUtcNow(), by.ToString(), policy);
        var options = new BlobUploadOptions
        {
            Conditions = current is { } seen ? new() { IfMatch = new ETag(seen.Tag) } : new() { IfNoneMatch = ETag.All },
            HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" },
        };
        try
        {
            BlobContentInfo written = await Blob(model, "current").UploadAsync(Data(next), options, cancellation);
            return (next, written.ETag.ToString("H"));
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412 && !StorageOutage.Is(e))
        {
            // The client may have repeated a request whose answer was lost: then the policy has our own token.
            var found = await CurrentAsync(model, cancellation);
            return found?.Stored.Token == next.Token ? found.Value : Changed(model, found);
        }
    }

    public static Failure Absent(ModelName model) => new(
        FailureKind.NotFound, "No retraining policy", $"The model '{model}' has no retraining policy: PUT /api/models/{model}/retraining-policy stores one (docs/retraining.md).");

    private static async Task<(StoredPolicy Stored, string Tag)?> ReadAsync(BlobClient blob, CancellationToken cancellation)
    {
        try
        {
            BlobDownloadResult read = await blob.DownloadContentAsync(cancellation);
            return (JsonSerializer.Deserialize<StoredPolicy>(read.Content.ToMemory().Span, RunSpecReader.Json)!, read.Details.ETag.ToString("H"));
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
    }

    private BlobClient Blob(ModelName model, string name) => container.GetBlobClient($"{model}/retraining/{name}.json");

    private static BinaryData Data(StoredPolicy policy) => BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(policy, RunSpecReader.Json));

    private static Failure Changed(ModelName model, (StoredPolicy Stored, string Tag)? current) => new(
        FailureKind.PreconditionFailed, "Policy has changed",
        $"The retraining policy of '{model}' is {(current is { } now ? $"at version {now.Stored.Version} with the ETag {now.Tag}" : "not stored yet")}. Read it again and repeat the change with {(current is null ? "If-None-Match: *" : "its ETag in If-Match")}.");
}
