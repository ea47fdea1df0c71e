using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Configuration;
using Tidemark.Embedded;

namespace Tidemark.Tests.Embedded.Blobs;

/// <summary>A container and a queue of its own in Azurite, and blob watchers between them on a clock that the test moves.</summary>
internal sealed class WatcherUnderTest : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly StorageConnections connections;
    private readonly HostStorage storage;
    private readonly List<BlobWatcher> watchers = [];

    public WatcherUnderTest(string connectionString)
    {
        string name = $"w{Guid.NewGuid():N}";
        connections = new(new ConfigurationBuilder().AddInMemoryCollection([new("AzureWebJobsStorage", connectionString)]).Build());
        storage = new(connections.Blobs(), name[..32]);
        Container = connections.Blobs().GetBlobContainerClient(name);
        Queue = connections.Queues().GetQueueClient(name);
    }

    public FakeClock Clock { get; } = new();

    public LogLines Log { get; } = new();

    public BlobContainerClient Container { get; }

    public QueueClient Queue { get; }

    public string Suffix { get; init; } = "";

    public bool Base64 { get; init; }

    public async Task CreateAsync()
    {
        await Container.CreateAsync();
        await Queue.CreateAsync();
    }

    /// <summary>Starts one more host and waits until it has looked once.</summary>
    public async Task<BlobWatcher> StartAsync()
    {
        QueueSettings queues = new(16, 8, TimeSpan.FromMinutes(1), TimeSpan.Zero, 5, Base64);
        BlobWatcher watcher = new([new(Container.Name, Queue.Name, Suffix)], connections, storage, queues, Interval, Clock, Log);
        watchers.Add(watcher);
        await watcher.StartAsync(CancellationToken.None);
        await Clock.UntilTimerAsync(Interval);
        return watcher;
    }

    /// <summary>Has the one host look again.</summary>
    public async Task LookAsync()
    {
        Clock.Advance(Interval);
        await Clock.UntilTimerAsync(Interval);
    }

    public Task UploadAsync(string name, string content) => Container.GetBlobClient(name).UploadAsync(BinaryData.FromString(content), overwrite: true);

    /// <summary>Takes all events out of the queue.</summary>
    public async Task<List<JsonObject>> EventsAsync()
    {
        List<JsonObject> events = [];
        while ((await Queue.ReceiveMessagesAsync(32)).Value is { Length: > 0 } messages)
        {
            foreach (QueueMessage message in messages)
            {
                string text = Base64 ? System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(message.Body.ToString())) : message.Body.ToString();
                events.Add(JsonNode.Parse(text)!.AsObject());
                await Queue.DeleteMessageAsync(message.MessageId, message.PopReceipt);
            }
        }

        return events;
    }

    /// <summary>Blob names of all events in the queue, in order.</summary>
    public async Task<string[]> AnnouncedAsync() =>
        [.. (await EventsAsync()).Select(e => e["subject"]!.GetValue<string>().Split("/blobs/", 2)[1]).Order(StringComparer.Ordinal)];

    /// <summary>Leaves storage as a host does that is killed after it sent the event and before it remembered it.</summary>
    public async Task ForgetAsync(string name)
    {
        AnnouncedBlobs announced = await AnnouncedBlobs.LoadAsync(connections.Tables(), storage.HostId, Container.Name, CancellationToken.None);
        await announced.ForgetAsync(name, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (BlobWatcher watcher in watchers) await watcher.DisposeAsync();
    }
}
