using Microsoft.Extensions.Configuration;
using Tidemark.Platform.Storage;
using Xunit;

namespace Tidemark.Tests.Platform;

public sealed class StorageConnectionTests
{
    [Fact]
    public void A_connection_string_is_taken_as_it_is()
    {
        var connection = Read(("AzureWebJobsStorage", "UseDevelopmentStorage=true"));

        Assert.Equal("UseDevelopmentStorage=true", connection.Value!.ConnectionString);
        Assert.Equal("devstoreaccount1", connection.Value.Blobs(StorageClients.BlobOptions()).AccountName);
    }

    [Fact]
    public void An_identity_needs_one_address_per_service()
    {
        var connection = Read(
            ("AzureWebJobsStorage:blobServiceUri", "https://acct.blob.core.windows.net"),
            ("AzureWebJobsStorage:queueServiceUri", "https://acct.queue.core.windows.net"),
            ("AzureWebJobsStorage:tableServiceUri", "https://acct.table.core.windows.net"),
            ("AzureWebJobsStorage:clientId", "11111111-2222-3333-4444-555555555555"),
            ("AzureWebJobsStorage:credential", "managedidentity")).Value!;

        Assert.Equal("11111111-2222-3333-4444-555555555555", connection.ClientId);
        Assert.Equal(
            ("https://acct.blob.core.windows.net/", "https://acct.queue.core.windows.net/", "https://acct.table.core.windows.net/"),
            (connection.Blobs(StorageClients.BlobOptions()).Uri.ToString(), connection.Queues(StorageClients.QueueOptions()).Uri.ToString(), connection.Tables(StorageClients.TableOptions()).Uri.ToString()));
    }

    [Fact]
    public void An_account_name_stands_for_all_three() =>
        Assert.Equal("https://acct.table.core.windows.net/", Read(("AzureWebJobsStorage:accountName", "acct")).Value!.TableUri!.ToString());

    [Theory]
    [InlineData(null, "AzureWebJobsStorage__queueServiceUri")]
    [InlineData("storage", "'storage'")]
    public void What_is_missing_or_wrong_is_named(string? queue, string named)
    {
        var refused = Read(
            ("AzureWebJobsStorage:blobServiceUri", "https://acct.blob.core.windows.net"),
            ("AzureWebJobsStorage:queueServiceUri", queue),
            ("AzureWebJobsStorage:tableServiceUri", "https://acct.table.core.windows.net"));

        Assert.Contains(named, refused.Failure!.Detail, StringComparison.Ordinal);
    }

    private static Tidemark.Platform.Errors.Outcome<StorageConnection> Read(params (string Key, string? Value)[] settings) => StorageConnection.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, s.Value))).Build());
}
