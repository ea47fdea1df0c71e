using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Tidemark.Embedded;
using Xunit;

namespace Tidemark.Tests.Embedded.Blobs;

public sealed class BlobWatcherTests(AzuriteFixture azurite)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Event_has_the_form_that_Event_Grid_writes(bool base64)
    {
        await using WatcherUnderTest test = new(azurite.ConnectionString) { Base64 = base64 };
        await test.CreateAsync();
        await test.UploadAsync("heart/2026 q1.csv", "age,sex");
        await test.StartAsync();

        JsonObject written = Assert.Single(await test.EventsAsync());
        var properties = (await test.Container.GetBlobClient("heart/2026 q1.csv").GetPropertiesAsync(cancellationToken: TestContext.Current.CancellationToken)).Value;
        Assert.Equal("1.0", written["specversion"]!.GetValue<string>());
        Assert.Equal("Microsoft.Storage.BlobCreated", written["type"]!.GetValue<string>());
        Assert.Equal($"/blobServices/default/containers/{test.Container.Name}/blobs/heart/2026 q1.csv", written["subject"]!.GetValue<string>());
        Assert.EndsWith("/storageAccounts/devstoreaccount1", written["source"]!.GetValue<string>());
        Assert.True(Guid.TryParse(written["id"]!.GetValue<string>(), out _));
        Assert.Equal(properties.LastModified, DateTimeOffset.Parse(written["time"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(properties.ETag.ToString().Trim('"'), written["data"]!["eTag"]!.GetValue<string>());
        Assert.Equal(7, written["data"]!["contentLength"]!.GetValue<long>());
        Assert.Equal("application/octet-stream", written["data"]!["contentType"]!.GetValue<string>());
        Assert.Equal("BlockBlob", written["data"]!["blobType"]!.GetValue<string>());
        Assert.EndsWith($"/{test.Container.Name}/heart/2026%20q1.csv", written["data"]!["url"]!.GetValue<string>());
    }

    [Fact]
    public async Task Every_new_ETag_is_announced_once()
    {
        await using WatcherUnderTest test = new(azurite.ConnectionString);
        await test.CreateAsync();
        await test.UploadAsync("early.csv", "1");
        await test.StartAsync();
        Assert.Equal(["early.csv"], await test.AnnouncedAsync());

        await test.UploadAsync("late.csv", "1");
        await test.LookAsync();
        await test.LookAsync();
        Assert.Equal(["late.csv"], await test.AnnouncedAsync());

        await test.UploadAsync("early.csv", "2");
        await test.LookAsync();
        Assert.Equal(["early.csv"], await test.AnnouncedAsync());
    }

    [Fact]
    public async Task Only_blobs_with_the_suffix_are_announced()
    {
        await using WatcherUnderTest test = new(azurite.ConnectionString) { Suffix = "/model.onnx" };
        await test.CreateAsync();
        foreach (string name in (string[])["heart/1/model.onnx", "heart/1/manifest.json", "model.onnx", "heart/2/model.onnx"]) await test.UploadAsync(name, "x");
        await test.StartAsync();

        Assert.Equal(["heart/1/model.onnx", "heart/2/model.onnx"], await test.AnnouncedAsync());
    }

    [Fact]
    public async Task Restart_announces_nothing_again_and_deleted_blobs_are_forgotten()
    {
        await using WatcherUnderTest test = new(azurite.ConnectionString);
        await test.CreateAsync();
        await test.UploadAsync("a.csv", "1");
        await test.UploadAsync("b.csv", "1");
        BlobWatcher first = await test.StartAsync();
        Assert.Equal(["a.csv", "b.csv"], await test.AnnouncedAsync());
        await test.Container.DeleteBlobAsync("b.csv", cancellationToken: TestContext.Current.CancellationToken);
        await test.LookAsync();
        await first.StopAsync(CancellationToken.None);

        await test.UploadAsync("b.csv", "1");
        await test.UploadAsync("c.csv", "1");
        await test.StartAsync();
        Assert.Equal(["b.csv", "c.csv"], await test.AnnouncedAsync());
    }

    [Fact]
    public async Task Event_sent_but_not_remembered_goes_out_again_as_the_same_event()
    {
        await using WatcherUnderTest test = new(azurite.ConnectionString);
        await test.CreateAsync();
        await test.UploadAsync("a.csv", "1");
        BlobWatcher first = await test.StartAsync();
        JsonObject before = Assert.Single(await test.EventsAsync());
        await first.StopAsync(CancellationToken.None);

        await test.ForgetAsync("a.csv");
        await test.StartAsync();
        Assert.Equal(before.ToJsonString(), Assert.Single(await test.EventsAsync()).ToJsonString());
    }

    [Fact]
    public async Task Missing_container_and_queue_are_waited_for_and_said_once()
    {
        await using WatcherUnderTest test = new(azurite.ConnectionString);
        await test.StartAsync();
        Assert.Empty(test.Log.From(LogLevel.Warning));

        await test.Container.CreateAsync(cancellationToken: TestContext.Current.CancellationToken);
        await test.UploadAsync("a.csv", "1");
        await test.LookAsync();
        await test.LookAsync();
        Assert.EndsWith(
            $"to queue '{test.Queue.Name}' can't be reached: 404 QueueNotFound. It is tried on and on; the next line about it says when it is back.",
            Assert.Single(test.Log.From(LogLevel.Warning)));

        await test.Queue.CreateAsync(cancellationToken: TestContext.Current.CancellationToken);
        await test.LookAsync();
        Assert.Equal(["a.csv"], await test.AnnouncedAsync());
        Assert.Single(test.Log.From(LogLevel.Information), line => line.EndsWith("can be reached again."));
    }

    [Fact]
    public async Task Of_two_hosts_one_announces()
    {
        await using WatcherUnderTest test = new(azurite.ConnectionString);
        await test.CreateAsync();
        string[] names = [.. Enumerable.Range(0, 40).Select(i => $"{i:00}.csv")];
        foreach (string name in names) await test.UploadAsync(name, "x");
        await Task.WhenAll(test.StartAsync(), test.StartAsync());
        await Eventually.IsAsync(async () => (await test.Queue.GetPropertiesAsync()).Value.ApproximateMessagesCount >= names.Length);
        for (int i = 0; i < 3; i++) await test.LookAsync();

        Assert.Equal(names, await test.AnnouncedAsync());
    }

    [Fact]
    public void Settings_name_container_queue_and_suffix()
    {
        IConfiguration settings = new ConfigurationBuilder()
            .AddInMemoryCollection([new("BlobWatcher:models", "model-intake|/model.onnx"), new("BlobWatcher:incoming", "batch-intake"), new("BlobWatcher:off", "")])
            .Build();

        Assert.Equal(
            [new("incoming", "batch-intake", ""), new("models", "model-intake", "/model.onnx")],
            WatchedContainer.Read(settings).OrderBy(watched => watched.Container, StringComparer.Ordinal));
    }
}
