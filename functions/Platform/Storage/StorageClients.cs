using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;

namespace Tidemark.Platform.Storage;

/// <summary>Options of the storage clients: a few quick tries, so that a request learns within seconds that storage is down.</summary>
public static class StorageClients
{
    /// <summary>Bytes that travel in one request to a blob; larger files go as blocks of this size.</summary>
    public const int TransferSize = 4 * 1024 * 1024;

    public static BlobClientOptions BlobOptions() => Quick(new BlobClientOptions(), TimeSpan.FromSeconds(10));

    public static QueueClientOptions QueueOptions() => Quick(new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None }, TimeSpan.FromSeconds(3));

    public static TableClientOptions TableOptions() => Quick(new TableClientOptions(), TimeSpan.FromSeconds(3));

    private static T Quick<T>(T options, TimeSpan timeout) where T : ClientOptions
    {
        options.Retry.Mode = RetryMode.Exponential;
        options.Retry.MaxRetries = 2;
        options.Retry.Delay = TimeSpan.FromMilliseconds(200);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(1);
        options.Retry.NetworkTimeout = timeout;
        options.Diagnostics.IsDistributedTracingEnabled = true;
        return options;
    }
}
