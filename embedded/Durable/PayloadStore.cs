using Azure;
using Azure.Data.Tables;
using Azure.Storage.Blobs;

namespace Tidemark.Embedded;

/// <summary>A text in a row: as it is, or the name of the blob that holds it.</summary>
internal readonly record struct StoredText(string? Text, string? Blob)
{
    public static StoredText Read(TableEntity row, string column) => new(row.GetString(column), row.GetString(column + "Blob"));

    public void Write(TableEntity row, string column)
    {
        if (Text is not null) row[column] = Text;
        if (Blob is not null) row[column + "Blob"] = Blob;
    }
}

/// <summary>Keeps texts that are too long for a column of a table (64 KiB) in blobs.</summary>
internal sealed class PayloadStore(BlobContainerClient container)
{
    /// <summary>Characters, of 2 bytes each in a table: 44 KB.</summary>
    public const int LongestInRow = 22_000;

    /// <param name="name">Of the blob where one is needed; the same text under the same name may be written again.</param>
    public async ValueTask<StoredText> WriteAsync(string? text, string name, CancellationToken cancellation)
    {
        if (text is null || text.Length <= LongestInRow) return new(text, null);
        await container.GetBlobClient(name).UploadAsync(BinaryData.FromString(text), overwrite: true, cancellation);
        return new(null, name);
    }

    public async ValueTask<string?> ReadAsync(StoredText stored, CancellationToken cancellation) => stored.Blob is null
        ? stored.Text
        : (await container.GetBlobClient(stored.Blob).DownloadContentAsync(cancellation)).Value.Content.ToString();

    public async ValueTask DeleteAsync(StoredText stored, CancellationToken cancellation)
    {
        if (stored.Blob is not null) await container.GetBlobClient(stored.Blob).DeleteIfExistsAsync(cancellationToken: cancellation);
    }

    public async Task DeleteAllAsync(string prefix, CancellationToken cancellation)
    {
        await foreach (var blob in container.GetBlobsAsync(prefix: prefix, cancellationToken: cancellation))
            await container.GetBlobClient(blob.Name).DeleteIfExistsAsync(cancellationToken: cancellation);
    }

    public async Task CreateAsync(CancellationToken cancellation)
    {
        try
        {
            await container.CreateIfNotExistsAsync(cancellationToken: cancellation);
        }
        catch (RequestFailedException made) when (made.Status == 409)
        {
            // Another host was faster.
        }
    }
}
