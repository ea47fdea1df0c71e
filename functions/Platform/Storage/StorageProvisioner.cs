using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Tidemark.Platform.Storage;

/// <summary>Creates what is missing in storage, in the background: start-up does not wait for storage, and a late storage is caught up with.</summary>
internal sealed partial class StorageProvisioner(
    BlobServiceClient blobs, QueueServiceClient queues, TableServiceClient tables, TimeProvider time, ILogger<StorageProvisioner> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>Creates every name of <see cref="StorageNames"/> that is not there. Safe to repeat.</summary>
    public Task CreateAsync(CancellationToken cancellation) => Task.WhenAll(
        [.. StorageNames.Containers.All.Select(c => (Task)blobs.GetBlobContainerClient(c).CreateIfNotExistsAsync(cancellationToken: cancellation)),
         .. StorageNames.Queues.All.Select(q => (Task)queues.GetQueueClient(q).CreateIfNotExistsAsync(cancellationToken: cancellation)),
         .. StorageNames.Tables.All.Select(t => (Task)tables.CreateTableIfNotExistsAsync(t, cancellation))]);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await CreateAsync(stoppingToken);
                return;
            }
            catch (Exception e) when (StorageOutage.Is(e))
            {
                Late(Pause, e.Message);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Storage does not answer yet; its containers, queues and tables are created when it does (next try in {Pause}): {Reason}")]
    private partial void Late(TimeSpan pause, string reason);
}
