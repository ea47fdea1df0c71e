using Microsoft.Azure.Functions.Worker;
using Tidemark.Platform.Storage;

namespace Tidemark.Validation;

/// <summary>Validates a large file whose caller was answered with 202.</summary>
public sealed class RunValidationFunction(ValidationJobs jobs)
{
    [Function(nameof(RunValidation))]
    public Task RunValidation([QueueTrigger(StorageNames.Queues.Validations)] string id, CancellationToken cancellation) => jobs.RunAsync(id, cancellation);
}
