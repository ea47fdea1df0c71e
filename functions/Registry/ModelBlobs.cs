using System.Security.Cryptography;
using System.Text.Json;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Storage;

namespace Tidemark.Registry;

/// <summary>A model file as it lies in storage.</summary>
/// <param name="Bytes">The whole file.</param>
/// <param name="Sha256">64 lower-case hexadecimal digits.</param>
public sealed record ModelFile(byte[] Bytes, string Sha256)
{
    public static ModelFile Of(byte[] bytes) => new(bytes, Convert.ToHexStringLower(SHA256.HashData(bytes)));
}

/// <summary>The blobs of a version: <c>{model}/{version}/model.onnx</c>, <c>manifest.json</c> and, for dropped ones, <c>metadata.json</c>.</summary>
public sealed class ModelBlobs(BlobServiceClient service)
{
    public const string ModelFileName = "model.onnx";

    private const long MaxDocumentBytes = 1 << 20;

    private static readonly BlobRequestConditions OnlyIfAbsent = new() { IfNoneMatch = ETag.All };

    private readonly BlobContainerClient container = service.GetBlobContainerClient(StorageNames.Containers.Models);

    /// <summary>Writes the model file unless one is there already; what is there is told by reading it back.</summary>
    public Task UploadAsync(VersionReference version, byte[] content, CancellationToken cancellation) => IfAbsentAsync(Blob(version, ModelFileName).UploadAsync(
        new BinaryData(content),
        new BlobUploadOptions
        {
            Conditions = OnlyIfAbsent,
            HttpHeaders = new BlobHttpHeaders { ContentType = "application/octet-stream" },
            TransferOptions = new StorageTransferOptions { InitialTransferSize = StorageClients.TransferSize, MaximumTransferSize = StorageClients.TransferSize },
        },
        cancellation));

    /// <summary>The model file with the hash of what was read; null when there is none, a failure when it is larger than <paramref name="limit"/> bytes.</summary>
    public async Task<Outcome<ModelFile?>> DownloadAsync(VersionReference version, long limit, CancellationToken cancellation)
    {
        var bytes = await ReadAsync(Blob(version, ModelFileName), limit, cancellation);
        return bytes.Ok ? (bytes.Value is null ? (ModelFile?)null : ModelFile.Of(bytes.Value)) : bytes.Failure;
    }

    /// <summary>The manifest, or null when there is none.</summary>
    public async Task<ModelManifest?> ManifestAsync(VersionReference version, CancellationToken cancellation)
    {
        var bytes = await ReadAsync(Blob(version, "manifest.json"), long.MaxValue, cancellation);
        return bytes.Value is null ? null : JsonSerializer.Deserialize(bytes.Value, RegistryJson.Default.ModelManifest);
    }

    /// <summary>Writes the manifest unless there is one; returns the one that stands.</summary>
    public async Task<ModelManifest> SealManifestAsync(VersionReference version, ModelManifest manifest, CancellationToken cancellation)
    {
        await IfAbsentAsync(Blob(version, "manifest.json").UploadAsync(
            BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(manifest, RegistryJson.Default.ModelManifest)),
            new BlobUploadOptions { Conditions = OnlyIfAbsent, HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" } },
            cancellation));
        return await ManifestAsync(version, cancellation)
            ?? throw new RequestFailedException(503, "The manifest that was just written is not there.");
    }

    /// <summary>The bytes of <c>metadata.json</c> beside a dropped model, or null when there is none.</summary>
    public Task<Outcome<byte[]?>> MetadataAsync(VersionReference version, CancellationToken cancellation) =>
        ReadAsync(Blob(version, "metadata.json"), MaxDocumentBytes, cancellation);

    /// <summary>Deletes what lies under the version. Safe to repeat.</summary>
    public async Task DeleteAsync(VersionReference version, CancellationToken cancellation)
    {
        await foreach (var blob in container.GetBlobsAsync(prefix: $"{version}/", cancellationToken: cancellation))
            await container.DeleteBlobIfExistsAsync(blob.Name, cancellationToken: cancellation);
    }

    private static async Task<Outcome<byte[]?>> ReadAsync(BlobClient blob, long limit, CancellationToken cancellation)
    {
        try
        {
            using BlobDownloadStreamingResult download = await blob.DownloadStreamingAsync(cancellationToken: cancellation);
            long length = download.Details.ContentLength;
            if (length > Math.Min(limit, Array.MaxLength))
                return new Failure(FailureKind.TooLarge, "File too large", $"The file has {length} bytes; the limit is {limit}.");

            byte[] bytes = new byte[length];
            await download.Content.ReadExactlyAsync(bytes, cancellation);
            return bytes;
        }
        catch (RequestFailedException e) when (e.Status == 404 && !StorageOutage.Is(e))
        {
            return (byte[]?)null;
        }
    }

    private static async Task IfAbsentAsync(Task upload)
    {
        try
        {
            await upload;
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobAlreadyExists || e.Status == 412)
        {
            // Something is there: a file of an earlier try, the same request retried by the client, or a stranger's. Reading back tells.
        }
    }

    private BlobClient Blob(VersionReference version, string file) => container.GetBlobClient($"{version}/{file}");
}
