using System.Text.Json;
using Tidemark.Platform.Storage;

namespace Tidemark.Tests.Registry;

/// <summary>Queue messages as Event Grid writes them.</summary>
internal static class Events
{
    public static string Created(string path, string container = StorageNames.Containers.Models, string type = "Microsoft.Storage.BlobCreated", string tag = "\"0x8DE\"") => JsonSerializer.Serialize(new
    {
        id = Guid.NewGuid(),
        source = "/subscriptions/0/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/account",
        subject = $"/blobServices/default/containers/{container}/blobs/{path}",
        type,
        time = "2026-11-20T12:00:00Z",
        specversion = "1.0",
        data = new { api = "PutBlob", eTag = tag, contentType = "application/octet-stream", contentLength = 3, blobType = "BlockBlob", url = "https://account.blob.core.windows.net/" },
    });
}
