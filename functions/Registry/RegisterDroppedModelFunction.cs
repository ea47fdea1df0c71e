using Microsoft.Azure.Functions.Worker;
using Tidemark.Platform.Storage;

namespace Tidemark.Registry;

/// <summary>A file in container <c>models</c> becomes a model version.</summary>
public sealed class RegisterDroppedModelFunction(ModelIntake intake)
{
    [Function(nameof(RegisterDroppedModel))]
    public Task RegisterDroppedModel([QueueTrigger(StorageNames.Queues.ModelIntake)] string message, CancellationToken cancellation) =>
        intake.TakeAsync(message, cancellation);
}
