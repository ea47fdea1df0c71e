using System.Text.Json;
using System.Text.Json.Serialization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Tidemark.Platform.Storage;
using Tidemark.Retraining.Contract;

namespace Tidemark.Retraining.Records;

/// <summary>
/// What steps came to, as blobs <c>runs/{id}/flow/{step}.json</c> that are written once. A step that is repeated, because its answer was lost or its
/// host died, gives what it gave the first time, however the world has changed since.
/// </summary>
public sealed class StepStore(BlobServiceClient service)
{
    /// <summary>With what is null written: a record that needs a value finds it again.</summary>
    private static readonly JsonSerializerOptions Json = new(RunSpecReader.Json) { DefaultIgnoreCondition = JsonIgnoreCondition.Never };

    private readonly BlobContainerClient container = service.GetBlobContainerClient(StorageNames.Containers.Runs);

    /// <summary>What the step came to before, else what it comes to now; of two at once the first that is written stands.</summary>
    public async Task<T> OnceAsync<T>(RetrainingId id, string step, Func<Task<T>> make, CancellationToken cancellation) where T : class
    {
        if (await FindAsync<T>(id, step, cancellation) is { } known) return known;
        T made = await make();
        try
        {
            await Blob(id, step).UploadAsync(
                BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(made, Json)),
                new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All }, HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" } },
                cancellation);
            return made;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412 && !StorageOutage.Is(e))
        {
            return await FindAsync<T>(id, step, cancellation) ?? throw new InvalidOperationException($"The step {step} of {id} was there and is not.");
        }
    }

    /// <summary>What the step came to; null when it has not come to anything yet.</summary>
    public async Task<T?> FindAsync<T>(RetrainingId id, string step, CancellationToken cancellation) where T : class =>
        await BytesAsync(id, $"flow/{step}.json", cancellation) is { } bytes ? JsonSerializer.Deserialize<T>(bytes, Json) : null;

    /// <summary>A file of the training run; null when there is none.</summary>
    public async Task<byte[]?> BytesAsync(RetrainingId id, string name, CancellationToken cancellation)
    {
        try
        {
            BlobDownloadResult read = await container.GetBlobClient($"{id}/{name}").DownloadContentAsync(cancellation);
            return read.Content.ToArray();
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
    }

    private BlobClient Blob(RetrainingId id, string step) => container.GetBlobClient($"{id}/flow/{step}.json");
}
