using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using Tidemark.Platform.Storage;

namespace Tidemark.Operations.Alerts;

/// <summary>
/// Takes what others found from the queue, and each minute tells what is still to be told. The whole message is bound, as a parameter <c>id</c> would get the
/// field of that name in its body.
/// </summary>
public sealed class AlertQueueFunctions(AlertIntake intake, AlertDelivery delivery)
{
    [Function(nameof(TakeAlert))]
    public Task TakeAlert([QueueTrigger(StorageNames.Queues.Alerts)] QueueMessage message, CancellationToken cancellation) => intake.TakeAsync(message.Body.ToString(), message.MessageId, cancellation);

    /// <summary>What could not be taken five times, as while the table was not to be reached, is taken when it can be.</summary>
    [Function(nameof(TakePoisonedAlert))]
    public Task TakePoisonedAlert([QueueTrigger(StorageNames.Queues.AlertsPoison)] QueueMessage message, CancellationToken cancellation) => intake.TakeAsync(message.Body.ToString(), message.MessageId, cancellation);

    [Function(nameof(SweepAlerts))]
    public Task SweepAlerts([TimerTrigger("0 * * * * *")] TimerInfo timer, CancellationToken cancellation) => delivery.SweepAsync(cancellation);
}
