using Microsoft.Azure.Functions.Worker;
using Tidemark.BatchScoring.Intake;
using Tidemark.BatchScoring.Scoring;
using Tidemark.Platform.Storage;

namespace Tidemark.BatchScoring;

/// <summary>Takes what was tried too often, so that no message of a batch is silently gone.</summary>
public sealed class BatchPoisonFunctions(BatchIntake intake, ShardPoison shards)
{
    [Function(nameof(GiveUpBatch))]
    public Task GiveUpBatch([QueueTrigger(StorageNames.Queues.BatchIntake + "-poison")] string message, CancellationToken cancellation) => intake.GiveUpAsync(message, cancellation);

    [Function(nameof(GiveUpShard))]
    public Task GiveUpShard([QueueTrigger(StorageNames.Queues.BatchShards + "-poison")] string message, CancellationToken cancellation) => shards.TakeAsync(message, cancellation);
}
