using Microsoft.Azure.Functions.Worker;
using Tidemark.Platform.Storage;

namespace Tidemark.Validation;

/// <summary>Does the validations whose callers were answered with 202.</summary>
public sealed class ValidationQueueFunctions(ValidationJobs jobs)
{
    [Function(nameof(RunValidation))]
    public Task RunValidation([QueueTrigger(StorageNames.Queues.Validations)] string id, CancellationToken cancellation) => jobs.RunAsync(id, cancellation);

    /// <summary>Lets a validation that could not be done end as failed, rather than run for ever.</summary>
    [Function(nameof(FailValidation))]
    public Task FailValidation([QueueTrigger(StorageNames.Queues.ValidationsPoison)] string id, CancellationToken cancellation) => jobs.GiveUpAsync(id, cancellation);
}
