using Microsoft.Azure.Functions.Worker;
using Tidemark.BatchScoring.Intake;
using Tidemark.BatchScoring.Scoring;
using Tidemark.Platform.Storage;

namespace Tidemark.BatchScoring;

/// <summary>Plans files and scores their shards.</summary>
public sealed class BatchQueueFunctions(BatchIntake intake, ShardWorker worker)
{
    [Function(nameof(PlanBatch))]
    public Task PlanBatch([QueueTrigger(StorageNames.Queues.BatchIntake)] string message, CancellationToken cancellation) => intake.TakeAsync(message, cancellation);

    [Function(nameof(ScoreShard))]
    public Task ScoreShard([QueueTrigger(StorageNames.Queues.BatchShards)] string message, CancellationToken cancellation) => worker.TakeAsync(message, cancellation);
}
