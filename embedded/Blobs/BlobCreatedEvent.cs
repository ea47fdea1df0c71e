using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Tidemark.Embedded;

/// <summary>
/// The CloudEvents 1.0 form of <c>Microsoft.Storage.BlobCreated</c>, as an Event Grid subscription writes it to a storage queue.
/// Its <c>id</c> follows from container, name and ETag, so that an event announced twice is the same event.
/// </summary>
internal static class BlobCreatedEvent
{
    /// <exception cref="FormatException">The listing did not say ETag and time of the blob.</exception>
    public static string Json(BlobContainerClient container, BlobItem blob)
    {
        BlobItemProperties properties = blob.Properties;
        string etag = properties.ETag?.ToString() ?? throw new FormatException($"The blob '{blob.Name}' was listed without an ETag.");
        return new JsonObject
        {
            ["id"] = Id(container.Name, blob.Name, etag),
            ["source"] = $"/subscriptions/local/resourceGroups/local/providers/Microsoft.Storage/storageAccounts/{container.AccountName}",
            ["subject"] = $"/blobServices/default/containers/{container.Name}/blobs/{blob.Name}",
            ["type"] = "Microsoft.Storage.BlobCreated",
            ["time"] = properties.LastModified?.UtcDateTime.ToString("O"),
            ["specversion"] = "1.0",
            ["data"] = new JsonObject
            {
                ["api"] = "PutBlob",
                ["eTag"] = etag.Trim('"'),
                ["contentType"] = properties.ContentType,
                ["contentLength"] = properties.ContentLength,
                ["blobType"] = $"{properties.BlobType}Blob",
                ["url"] = container.GetBlobClient(blob.Name).Uri.AbsoluteUri,
            },
        }.ToJsonString();
    }

    private static string Id(string container, string name, string etag) =>
        new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{container}\n{name}\n{etag}")).AsSpan(0, 16)).ToString();
}
