using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using Microsoft.Extensions.Logging;

namespace Tidemark.Embedded;

/// <summary>
/// Stands in for an Event Grid subscription: lists the watched containers and writes one event for every blob and ETag that it has not
/// announced yet. The event goes out first and is remembered then, so that it goes out at least once; one host at a time does so.
/// </summary>
internal sealed partial class BlobWatcher : IFunctionListener
{
    private static readonly TimeSpan LeasePeriod = TimeSpan.FromSeconds(15);

    private readonly StorageConnections connections;
    private readonly string hostId;
    private readonly bool base64;
    private readonly TimeSpan interval;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly List<(WatchedContainer Watched, Outage Outage)> containers;
    private readonly BackgroundLoop loop;

    /// <param name="interval">Time between two listings.</param>
    public BlobWatcher(
        IEnumerable<WatchedContainer> containers, StorageConnections connections, HostStorage host, QueueSettings queues, TimeSpan interval, TimeProvider clock, ILogger logger)
    {
        (this.connections, this.interval, this.clock, this.logger) = (connections, interval, clock, logger);
        (hostId, base64) = (host.HostId, queues.Base64);
        this.containers = [.. containers.Select(watched => (watched, new Outage($"The blob watcher's way from container '{watched.Container}' to queue '{watched.Queue}'", logger)))];
        BlobLease singleton = new(host.BlobWatcherLock, LeasePeriod, interval, clock, logger);
        loop = new("BlobWatcher", (stopping, _) => singleton.RunAsync(RunAsync, stopping), clock, logger);
    }

    public Task StartAsync(CancellationToken cancellation)
    {
        loop.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken drainDeadline) => loop.StopAsync(drainDeadline);

    public ValueTask DisposeAsync() => loop.DisposeAsync();

    private async Task RunAsync(CancellationToken held)
    {
        Dictionary<WatchedContainer, AnnouncedBlobs> memory = [];
        do
        {
            foreach (var (watched, outage) in containers)
            {
                try
                {
                    if (!memory.TryGetValue(watched, out AnnouncedBlobs? announced))
                        memory[watched] = announced = await AnnouncedBlobs.LoadAsync(connections.Tables(), hostId, watched.Container, held);
                    await AnnounceAsync(watched, announced, held);
                    outage.Ended();
                }
                catch (Exception e)
                {
                    memory.Remove(watched);
                    if (!held.IsCancellationRequested) outage.Began(e);
                }
            }
        }
        while (await clock.PauseAsync(interval, held));
    }

    private async Task AnnounceAsync(WatchedContainer watched, AnnouncedBlobs announced, CancellationToken held)
    {
        BlobContainerClient container = connections.Blobs().GetBlobContainerClient(watched.Container);
        QueueClient queue = connections.Queues().GetQueueClient(watched.Queue);
        HashSet<string> deleted = [.. announced.Names];
        try
        {
            await foreach (BlobItem blob in container.GetBlobsAsync(cancellationToken: held))
            {
                deleted.Remove(blob.Name);
                if (blob.Name.EndsWith(watched.Suffix, StringComparison.Ordinal)) await AnnounceAsync(container, blob, queue, announced, held);
            }
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            // A container that does not exist yet has no blobs, and one that was deleted has lost them all.
        }

        foreach (string name in deleted) await announced.ForgetAsync(name, held);
    }

    private async Task AnnounceAsync(BlobContainerClient container, BlobItem blob, QueueClient queue, AnnouncedBlobs announced, CancellationToken held)
    {
        string etag = blob.Properties.ETag?.ToString() ?? "";
        if (announced.Contains(blob.Name, etag)) return;

        BinaryData json = new(BlobCreatedEvent.Json(container, blob));
        await queue.SendMessageAsync(base64 ? Convert.ToBase64String(json.ToMemory().Span) : json.ToString(), held);
        await announced.RememberAsync(blob.Name, etag, held);
        LogAnnounced(container.Name, blob.Name, queue.Name);
    }

    [LoggerMessage(301, LogLevel.Information, "New blob '{Container}/{Name}' announced to queue '{Queue}'.")]
    private partial void LogAnnounced(string container, string name, string queue);
}
