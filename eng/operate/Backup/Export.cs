using System.Security.Cryptography;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Tidemark.Platform.Storage;

namespace Tidemark.Operate.Backup;

/// <summary>
/// Copies what the suite keeps to a folder. Tables come first: a row names blobs that were there before it, so that every alias and job of the
/// copy finds its blobs in the copy. The suite may go on working meanwhile.
/// </summary>
internal sealed class Export(StorageState storage, BackupFolder folder, TimeProvider time)
{
    private readonly Dictionary<string, int> rows = [];
    private readonly Dictionary<string, int> blobs = [];

    /// <exception cref="OperateException">The folder is not empty.</exception>
    public async Task<Summary> RunAsync(CancellationToken cancellation)
    {
        folder.RequireEmpty();
        var taken = time.GetUtcNow();
        foreach (string table in StorageNames.Tables.All) await TableAsync(table, cancellation);
        await using (var list = new StreamWriter(folder.BlobFile))
        {
            foreach (string container in StorageNames.Containers.All) await ContainerAsync(container, list, cancellation);
        }

        await folder.SealAsync(taken, rows, blobs);
        return await folder.RequireWholeAsync();
    }

    private async Task TableAsync(string table, CancellationToken cancellation)
    {
        rows[table] = 0;
        await using var list = new StreamWriter(folder.TableFile(table));
        try
        {
            await foreach (var row in storage.Tables.GetTableClient(table).QueryAsync<TableEntity>(cancellationToken: cancellation))
            {
                await list.WriteLineAsync(TableRow.Write(row));
                rows[table]++;
            }
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            // A table that was never made has no rows.
        }
    }

    private async Task ContainerAsync(string name, StreamWriter list, CancellationToken cancellation)
    {
        blobs[name] = 0;
        var container = storage.Blobs.GetBlobContainerClient(name);
        if (!await container.ExistsAsync(cancellation)) return;
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.Metadata, cancellationToken: cancellation))
        {
            if (await BlobAsync(container, blob, cancellation) is not { } record) continue;
            await list.WriteLineAsync(JsonSerializer.Serialize(record, JsonSerializerOptions.Web));
            blobs[name]++;
        }
    }

    /// <summary>Null where the blob is gone meanwhile.</summary>
    private async Task<BlobRecord?> BlobAsync(BlobContainerClient container, BlobItem blob, CancellationToken cancellation)
    {
        string partial = folder.ContentFile($"{Guid.NewGuid():N}.partial");
        try
        {
            await container.GetBlobClient(blob.Name).DownloadToAsync(partial, cancellation);
        }
        catch (RequestFailedException gone) when (gone.Status == 404)
        {
            File.Delete(partial);
            return null;
        }

        await using (var content = File.OpenRead(partial))
        {
            string hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellation));
            File.Move(partial, folder.ContentFile(hash), overwrite: true);
            return new(container.Name, blob.Name, hash, content.Length, blob.Properties.ContentType, new(blob.Metadata));
        }
    }
}
