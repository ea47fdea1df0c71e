using System.Text.Json;
using Azure.Storage.Queues;
using Tidemark.BatchScoring.Jobs;
using Tidemark.Platform.Storage;

namespace Tidemark.BatchScoring.Planning;

/// <summary>Gives shards to the workers: first the row, then the message, so that a message always finds its row.</summary>
public sealed class ShardDispatch(QueueServiceClient queues, ShardLedger ledger)
{
    private readonly QueueClient queue = queues.GetQueueClient(StorageNames.Queues.BatchShards);

    public async Task SendAsync(IReadOnlyList<ShardRow> shards, CancellationToken cancellation)
    {
        foreach (ShardRow shard in shards)
        {
            await ledger.AddAsync(shard, cancellation);
            await SendAsync(shard, cancellation);
        }
    }

    public Task SendAsync(ShardRow shard, CancellationToken cancellation) =>
        queue.SendMessageAsync(Message(shard), cancellation);

    internal static string Message(ShardRow shard) => JsonSerializer.Serialize(new ShardMessage(shard.PartitionKey, shard.Index), BatchJson.Default.ShardMessage);
}
