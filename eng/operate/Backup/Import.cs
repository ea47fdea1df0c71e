using Azure;
using Azure.Storage.Blobs.Models;
using Tidemark.Platform.Storage;

namespace Tidemark.Operate.Backup;

/// <param name="Written">Blobs and rows that were written.</param>
/// <param name="There">Those that were there already, and stay as they are.</param>
internal sealed record Imported(int Written, int There);

/// <summary>
/// Brings an export into storage: blobs first, the manifest of a version before its model; then rows. It writes what is missing and changes
/// nothing, so that it may be stopped and run again. Stop the suite meanwhile.
/// </summary>
internal sealed class Import(StorageState storage, BackupFolder folder)
{
    private int written;
    private int there;

    /// <param name="dropped">Whether files that were dropped for scoring and as labels are written too; the suite then takes them once more.</param>
    /// <exception cref="OperateException">The export is not whole or was changed.</exception>
    public async Task<Imported> RunAsync(bool dropped, CancellationToken cancellation)
    {
        await folder.RequireWholeAsync();
        foreach (string container in StorageNames.Containers.All) await storage.Blobs.GetBlobContainerClient(container).CreateIfNotExistsAsync(cancellationToken: cancellation);
        foreach (var blob in folder.Blobs().Where(b => dropped || !StorageState.Dropped.Contains(b.Container)).OrderBy(b => b.Name.EndsWith(".onnx", StringComparison.Ordinal)))
            await OnceAsync(UploadAsync(blob, cancellation));
        foreach (string table in StorageNames.Tables.All) await TableAsync(table, cancellation);
        return new(written, there);
    }

    private async Task UploadAsync(BlobRecord blob, CancellationToken cancellation) => await storage.Blobs.GetBlobContainerClient(blob.Container).GetBlobClient(blob.Name).UploadAsync(
        new BinaryData(await folder.ContentAsync(blob)),
        new BlobUploadOptions
        {
            Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
            HttpHeaders = new BlobHttpHeaders { ContentType = blob.ContentType },
            Metadata = blob.Metadata,
        },
        cancellation);

    private async Task TableAsync(string name, CancellationToken cancellation)
    {
        var table = storage.Tables.GetTableClient(name);
        await table.CreateIfNotExistsAsync(cancellation);
        string file = folder.TableFile(name);
        if (!File.Exists(file)) return;
        foreach (string line in File.ReadLines(file)) await OnceAsync(table.AddEntityAsync(TableRow.Read(line), cancellation));
    }

    private async Task OnceAsync(Task write)
    {
        try
        {
            await write;
            written++;
        }
        catch (RequestFailedException taken) when (taken.Status is 409 or 412)
        {
            there++;
        }
    }
}
