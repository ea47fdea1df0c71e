using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Tidemark.Drift.Profiles;
using Tidemark.Platform.Storage;
using Tidemark.Registry;

namespace Tidemark.Drift.Checks;

/// <summary>Full results of checks in blob storage.</summary>
public sealed class CheckBlobs(BlobServiceClient service)
{
    private readonly BlobContainerClient container = service.GetBlobContainerClient(StorageNames.Containers.Profiles);

    public async Task<VersionCheck?> ReadAsync(VersionReference version, DateTimeOffset hour, CancellationToken cancellation)
    {
        try
        {
            BlobDownloadResult read = await Blob(version, hour).DownloadContentAsync(cancellation);
            return JsonSerializer.Deserialize(read.Content.ToMemory().Span, CheckJson.Default.VersionCheck);
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
    }

    public Task WriteAsync(VersionReference version, VersionCheck check, CancellationToken cancellation) => Blob(version, check.Hour).UploadAsync(
        BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(check, CheckJson.Default.VersionCheck)),
        new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" } }, cancellation);

    private BlobClient Blob(VersionReference version, DateTimeOffset hour) => container.GetBlobClient($"{version}/checks/{ProfileStore.PathOf(hour)}.json");
}
