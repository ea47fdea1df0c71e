using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Storage;
using Tidemark.Retraining.Contract;

namespace Tidemark.Trainer.Claims;

/// <summary>The files of a run in storage: <c>runs/{id}/…</c>.</summary>
internal sealed class RunBlobs(BlobServiceClient blobs, string id)
{
    private readonly BlobContainerClient runs = blobs.GetBlobContainerClient(StorageNames.Containers.Runs);
    private readonly Dictionary<string, DateTime> uploaded = new(StringComparer.Ordinal);

    public async Task<Outcome<byte[]>> SpecAsync(CancellationToken cancellation)
    {
        try
        {
            return (await runs.GetBlobClient($"{id}/{RunFiles.Spec}").DownloadContentAsync(cancellation)).Value.Content.ToArray();
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            return new Failure(FailureKind.NotFound, "No spec", $"runs/{id}/{RunFiles.Spec} is not there; put it before the row.");
        }
    }

    /// <summary>Fetches the data into a file.</summary>
    public async Task<Failure?> FetchDataAsync(string blob, string path, CancellationToken cancellation)
    {
        int slash = blob.IndexOf('/', StringComparison.Ordinal);
        try
        {
            await blobs.GetBlobContainerClient(blob[..slash]).GetBlobClient(blob[(slash + 1)..]).DownloadToAsync(path, cancellation);
            return null;
        }
        catch (RequestFailedException missing) when (missing.Status is 404 or 400)
        {
            return new Failure(FailureKind.NotFound, "No data", $"The blob '{blob}' is not there.");
        }
    }

    /// <summary>Fetches what an earlier worker left.</summary>
    public async Task FetchCheckpointAsync(string folder, CancellationToken cancellation)
    {
        string prefix = $"{id}/{RunFiles.Checkpoint}/";
        await foreach (var blob in runs.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellation))
        {
            Directory.CreateDirectory(folder);
            await runs.GetBlobClient(blob.Name).DownloadToAsync(Path.Combine(folder, Path.GetFileName(blob.Name)), cancellation);
        }
    }

    /// <summary>Stores what has changed since the last time.</summary>
    public async Task StoreCheckpointAsync(string folder, CancellationToken cancellation)
    {
        if (!Directory.Exists(folder)) return;
        foreach (string file in Directory.EnumerateFiles(folder, "*.bin").Order(StringComparer.Ordinal))
        {
            var written = File.GetLastWriteTimeUtc(file);
            if (uploaded.GetValueOrDefault(file) == written) continue;
            await runs.GetBlobClient($"{id}/{RunFiles.Checkpoint}/{Path.GetFileName(file)}").UploadAsync(file, overwrite: true, cancellation);
            uploaded[file] = written;
        }
    }

    /// <summary>Stores a whole run, the manifest last; returns the manifest's hash.</summary>
    public async Task<string> StoreAsync(string folder, CancellationToken cancellation)
    {
        foreach (string name in RunFiles.Listed.Append(RunFiles.Manifest))
            await runs.GetBlobClient($"{id}/{name}").UploadAsync(Path.Combine(folder, name), overwrite: true, cancellation);
        await foreach (var blob in runs.GetBlobsAsync(BlobTraits.None, BlobStates.None, $"{id}/{RunFiles.Checkpoint}/", cancellation))
            await runs.DeleteBlobIfExistsAsync(blob.Name, cancellationToken: cancellation);
        return FileStamp.Of(await File.ReadAllBytesAsync(Path.Combine(folder, RunFiles.Manifest), cancellation)).Sha256;
    }
}
