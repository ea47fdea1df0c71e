using System.Security.Cryptography;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Storage;
using Tidemark.Retraining.Contract;

namespace Tidemark.Retraining.Compute.External;

/// <summary>Files that a cluster says it has left: each must be there and be what the manifest says; from another place they are copied to the run's own.</summary>
public sealed class DeliveredFiles(BlobServiceClient blobs)
{
    private const long MostBytes = 2L << 30;
    private readonly BlobContainerClient runs = blobs.GetBlobContainerClient(StorageNames.Containers.Runs);

    /// <summary>Null when the run's own folder holds a whole run, or what is wrong.</summary>
    internal async Task<Failure?> AcceptAsync(TrainingRunId run, ExternalAnswer answer, CancellationToken cancellation)
    {
        string place = answer.Place ?? run.ToString();
        try
        {
            byte[] manifest = (await Blob(place, RunFiles.Manifest).DownloadContentAsync(cancellation)).Value.Content.ToArray();
            if (FileStamp.Of(manifest).Sha256 != answer.Manifest) return Refused($"runs/{place}/{RunFiles.Manifest} hashes to {FileStamp.Of(manifest).Sha256}, the answer says {answer.Manifest}");
            if (RunManifest.Read(manifest)?.Files is not { } listed) return Refused($"{RunFiles.Manifest} lists no files");
            if (listed.Values.Sum(f => f.Size) > MostBytes) return Refused($"{RunFiles.Manifest} lists more than {MostBytes} bytes");
            foreach (string name in RunFiles.Listed)
            {
                if (!listed.TryGetValue(name, out var stamp)) return Refused($"{RunFiles.Manifest} does not list {name}");
                if (await CheckAsync(place, name, stamp, cancellation) is { } wrong) return wrong;
            }

            if (place != run.ToString()) await CopyAsync(place, run.ToString(), manifest, cancellation);
            return null;
        }
        catch (RequestFailedException missing) when (missing.Status == 404 && !StorageOutage.Is(missing))
        {
            return Refused($"a file is missing in runs/{place}/; upload {string.Join(", ", RunFiles.Listed)} and then {RunFiles.Manifest}");
        }
        catch (JsonException e)
        {
            return Refused($"{RunFiles.Manifest} can't be read: {e.Message}");
        }
    }

    private async Task<Failure?> CheckAsync(string place, string name, FileStamp stamp, CancellationToken cancellation)
    {
        await using var content = await Blob(place, name).OpenReadAsync(cancellationToken: cancellation);
        if (content.Length != stamp.Size) return Refused($"runs/{place}/{name} has {content.Length} bytes, the manifest says {stamp.Size}");
        string hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellation));
        return hash == stamp.Sha256 ? null : Refused($"runs/{place}/{name} hashes to {hash}, the manifest says {stamp.Sha256}");
    }

    private async Task CopyAsync(string place, string run, byte[] manifest, CancellationToken cancellation)
    {
        foreach (string name in RunFiles.Listed)
        {
            await using var content = await Blob(place, name).OpenReadAsync(cancellationToken: cancellation);
            await Blob(run, name).UploadAsync(content, overwrite: true, cancellation);
        }

        await Blob(run, RunFiles.Manifest).UploadAsync(BinaryData.FromBytes(manifest), overwrite: true, cancellation);
    }

    private BlobClient Blob(string folder, string name) => runs.GetBlobClient($"{folder}/{name}");

    private static Failure Refused(string why) => new(FailureKind.Unprocessable, "Not a whole run", $"The result is not taken: {why}.");
}
