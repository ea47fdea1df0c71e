using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Data.Tables;

namespace Tidemark.Embedded;

/// <summary>Which blobs of a container have been announced, by name and ETag; kept in a table, so that a restart announces none again.</summary>
internal sealed class AnnouncedBlobs
{
    private const string TableName = "EmbeddedBlobWatcher";

    private readonly TableClient table;
    private readonly string partition;
    private readonly Dictionary<string, string> etags = new(StringComparer.Ordinal);

    private AnnouncedBlobs(TableClient table, string partition) => (this.table, this.partition) = (table, partition);

    public IReadOnlyCollection<string> Names => etags.Keys;

    public static async Task<AnnouncedBlobs> LoadAsync(TableServiceClient tables, string hostId, string container, CancellationToken cancellation)
    {
        AnnouncedBlobs announced = new(tables.GetTableClient(TableName), $"{hostId}:{container}");
        await announced.table.CreateIfNotExistsAsync(cancellation);
        await foreach (TableEntity row in announced.table.QueryAsync<TableEntity>(row => row.PartitionKey == announced.partition, cancellationToken: cancellation))
            announced.etags[row.GetString("Name")] = row.GetString("BlobETag");
        return announced;
    }

    public bool Contains(string name, string etag) => etags.TryGetValue(name, out string? known) && known == etag;

    public async Task RememberAsync(string name, string etag, CancellationToken cancellation)
    {
        await table.UpsertEntityAsync(
            new TableEntity(partition, RowKey(name)) { ["Name"] = name, ["BlobETag"] = etag }, TableUpdateMode.Replace, cancellation);
        etags[name] = etag;
    }

    public async Task ForgetAsync(string name, CancellationToken cancellation)
    {
        await table.DeleteEntityAsync(partition, RowKey(name), ETag.All, cancellation);
        etags.Remove(name);
    }

    // Blob names may hold what row keys may not, and be longer.
    private static string RowKey(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
}
