using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;
using Tidemark.Platform.Storage;
using Tidemark.Retraining.Contract;

namespace Tidemark.Retraining.Compute.External;

/// <summary>Short-lived links to single blobs: one may be read or written by who has its link, and nothing else.</summary>
public sealed class RunLinks(BlobServiceClient blobs)
{
    /// <summary>A link to read the data, and one to write each file of the run.</summary>
    /// <param name="data">Container, slash, name; null where the spec names none.</param>
    internal async Task<(Uri? Data, Dictionary<string, Uri> Uploads)> MakeAsync(TrainingRunId run, string? data, DateTimeOffset expires, CancellationToken cancellation)
    {
        // With a managed identity, storage itself makes the key that signs; with a connection string, the account's key does.
        UserDelegationKey? key = blobs.CanGenerateAccountSasUri ? null : (await blobs.GetUserDelegationKeyAsync(null, expires, cancellation)).Value;
        string[] names = [.. RunFiles.Listed, RunFiles.Manifest];
        var uploads = names.ToDictionary(name => name, name => Link(key, StorageNames.Containers.Runs, $"{run}/{name}", BlobSasPermissions.Create | BlobSasPermissions.Write, expires), StringComparer.Ordinal);
        int slash = data?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        return (slash > 0 ? Link(key, data![..slash], data[(slash + 1)..], BlobSasPermissions.Read, expires) : null, uploads);
    }

    private Uri Link(UserDelegationKey? key, string container, string name, BlobSasPermissions permissions, DateTimeOffset expires)
    {
        var blob = blobs.GetBlobContainerClient(container).GetBlobClient(name);
        var sas = new BlobSasBuilder(permissions, expires)
        {
            BlobContainerName = container,
            BlobName = name,
            Resource = "b",
            Protocol = blob.Uri.Scheme == Uri.UriSchemeHttps ? SasProtocol.Https : SasProtocol.HttpsAndHttp,
        };
        return key is null ? blob.GenerateSasUri(sas) : new BlobUriBuilder(blob.Uri) { Sas = sas.ToSasQueryParameters(key, blobs.AccountName) }.ToUri();
    }
}
