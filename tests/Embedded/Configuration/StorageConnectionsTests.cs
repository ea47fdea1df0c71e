using Microsoft.Extensions.Configuration;
using Tidemark.Embedded;
using Xunit;

namespace Tidemark.Tests.Embedded.Configuration;

public sealed class StorageConnectionsTests
{
    [Fact]
    public void Connection_string_and_both_identity_forms_are_understood()
    {
        Assert.Equal("http://127.0.0.1:10001/devstoreaccount1", Of(("AzureWebJobsStorage", "UseDevelopmentStorage=true")).Queues().Uri.AbsoluteUri);
        Assert.Equal("https://one.queue.example/", Of(("Lake__queueServiceUri", "https://one.queue.example")).Queues("Lake").Uri.AbsoluteUri);
        Assert.Equal(
            "https://two.blob.core.windows.net/",
            Of(("Lake__accountName", "two"), ("Lake__credential", "managedidentity"), ("Lake__clientId", "c")).Blobs("Lake").Uri.AbsoluteUri);
        Assert.Equal("https://three.table.example/", Of(("Lake__tableServiceUri", "https://three.table.example")).Tables("Lake").Uri.AbsoluteUri);
    }

    [Fact]
    public void Prefixed_setting_is_taken_before_the_plain_one_and_an_empty_name_is_the_default()
    {
        StorageConnections connections = Of(
            ("Lake__queueServiceUri", "https://plain.example"), ("AzureWebJobsLake__queueServiceUri", "https://prefixed.example"),
            ("AzureWebJobsStorage__queueServiceUri", "https://default.example"));

        Assert.Equal("https://prefixed.example/", connections.Queues("Lake").Uri.AbsoluteUri);
        Assert.Equal("https://default.example/", connections.Queues("").Uri.AbsoluteUri);
        Assert.Same(connections.Queues(null), connections.Queues("AzureWebJobsStorage"));
    }

    [Fact]
    public void Missing_or_broken_connection_is_named_with_the_remedy_and_without_its_text()
    {
        Assert.Equal(
            "The storage connection 'Lake' is not set; set Lake to a connection string, or Lake__blobServiceUri to the service's address.",
            Assert.Throws<FormatException>(() => Of().Blobs("Lake")).Message);
        Assert.Contains("which is no address", Assert.Throws<FormatException>(() => Of(("Lake__blobServiceUri", "nowhere")).Blobs("Lake")).Message);

        string broken = Assert.Throws<FormatException>(() => Of(("Lake", "AccountKey=hidden")).Blobs("Lake")).Message;
        Assert.StartsWith("The storage connection 'Lake' is no connection string:", broken);
        Assert.DoesNotContain("hidden", broken);
    }

    private static StorageConnections Of(params (string Name, string Value)[] settings) =>
        new(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name.Replace("__", ":", StringComparison.Ordinal), (string?)s.Value)))
            .Build());
}
