using Azure;
using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using Azure.Storage.Queues;
using Xunit;

namespace Tidemark.Tests.Faults;

/// <summary>What the fault tests stand on: calls pass unharmed, and faults are those that were asked for.</summary>
public sealed class StorageProxyTests(AzuriteFixture azurite)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string NewName() => "t" + Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Blobs_messages_and_entities_pass_unharmed()
    {
        await using var proxy = StorageProxy.Start(azurite.ConnectionString);
        var container = new BlobContainerClient(proxy.ConnectionString, NewName());
        await container.CreateAsync(cancellationToken: Stop);
        byte[] bytes = new byte[300_000];
        new Random(5).NextBytes(bytes);
        var blob = container.GetBlockBlobClient("a folder/ünïcode.bin");
        await blob.StageBlockAsync("AAAA", new MemoryStream(bytes), cancellationToken: Stop);
        await blob.CommitBlockListAsync(["AAAA"], cancellationToken: Stop);
        Assert.Equal(bytes, (await blob.DownloadContentAsync(Stop)).Value.Content.ToArray());

        var queue = new QueueClient(proxy.ConnectionString, NewName());
        await queue.CreateAsync(cancellationToken: Stop);
        await queue.SendMessageAsync("ein Gruß & <mehr>", Stop);
        Assert.Equal("ein Gruß & <mehr>", (await queue.ReceiveMessageAsync(cancellationToken: Stop)).Value.Body.ToString());

        var table = new TableClient(proxy.ConnectionString, NewName());
        await table.CreateAsync(Stop);
        await table.SubmitTransactionAsync([new(TableTransactionActionType.Add, new TableEntity("p", "1") { ["text"] = "ä" }), new(TableTransactionActionType.Add, new TableEntity("p", "2"))], Stop);
        Assert.Equal("ä", (await table.GetEntityAsync<TableEntity>("p", "1", cancellationToken: Stop)).Value["text"]);
        Assert.Equal(2, await table.QueryAsync<TableEntity>("PartitionKey eq 'p'", cancellationToken: Stop).CountAsync(Stop));
    }

    [Theory]
    [InlineData(StorageFate.InternalError)]
    [InlineData(StorageFate.Busy)]
    [InlineData(StorageFate.Throttled)]
    [InlineData(StorageFate.NotReached)]
    public async Task Call_that_fails_was_not_carried_out(StorageFate fate)
    {
        await using var proxy = StorageProxy.Start(azurite.ConnectionString);
        var queue = new QueueClient(proxy.ConnectionString, NewName(), Once(new QueueClientOptions()));
        await queue.CreateAsync(cancellationToken: Stop);
        proxy.Fate = call => call.PutsMessage ? fate : StorageFate.Served;

        var failed = await Assert.ThrowsAsync<RequestFailedException>(() => queue.SendMessageAsync("x", Stop));

        Assert.Equal(fate == StorageFate.NotReached ? 0 : (int)fate, failed.Status);
        Assert.Empty((await queue.PeekMessagesAsync(10, Stop)).Value);
    }

    [Fact]
    public async Task Call_whose_answer_is_lost_was_carried_out()
    {
        await using var proxy = StorageProxy.Start(azurite.ConnectionString);
        var queue = new QueueClient(proxy.ConnectionString, NewName(), Once(new QueueClientOptions()));
        await queue.CreateAsync(cancellationToken: Stop);
        proxy.Fate = call => call.PutsMessage ? StorageFate.AnswerLost : StorageFate.Served;

        await Assert.ThrowsAsync<RequestFailedException>(() => queue.SendMessageAsync("x", Stop));

        Assert.Single((await queue.PeekMessagesAsync(10, Stop)).Value);
    }

    [Fact]
    public async Task Messages_can_be_multiplied_and_calls_held()
    {
        await using var proxy = StorageProxy.Start(azurite.ConnectionString);
        var queue = new QueueClient(proxy.ConnectionString, NewName());
        await queue.CreateAsync(cancellationToken: Stop);
        proxy.Copies = _ => 3;
        var pause = proxy.PauseAt(call => call.PutsMessageOn(queue.Name), Moment.After);

        var sending = queue.SendMessageAsync("x", Stop);
        Assert.Equal("POST", (await pause.Reached.Soon()).Method);
        Assert.Equal(3, (await queue.PeekMessagesAsync(10, Stop)).Value.Length);
        Assert.False(sending.IsCompleted);

        pause.Release();
        await sending.Soon();
    }

    [Fact]
    public void Weather_is_the_same_for_the_same_seed_and_has_the_share_asked_for()
    {
        StorageFate[] Draw(int seed)
        {
            var fate = StorageWeather.Of(seed, 0.3);
            return [.. Enumerable.Range(1, 5_000).Select(n => fate(new(n, StorageService.Blobs, "GET", "/a/b", "", null)))];
        }

        Assert.Equal(Draw(1), Draw(1));
        Assert.NotEqual(Draw(1), Draw(2));
        Assert.InRange(Draw(1).Count(f => f != StorageFate.Served), 1_400, 1_600);
        Assert.Equal(Enum.GetValues<StorageFate>().Order(), Draw(1).Distinct().Order());
    }

    private static T Once<T>(T options)
        where T : ClientOptions
    {
        options.Retry.MaxRetries = 0;
        return options;
    }
}
