using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging;

namespace Tidemark.Embedded;

/// <summary>Invokes a function with one trigger input; never throws for what the function does.</summary>
internal delegate Task<InvocationOutcome> InvokeFunction(TriggerInput input, CancellationToken cancellation);

/// <summary>
/// Polls the queue of one function and has its messages processed, at most <see cref="QueueSettings.MostAtOnce"/> at once.
/// A queue that is missing or can't be reached is polled on with back-off.
/// </summary>
internal sealed class QueueListener : IFunctionListener
{
    private readonly QueueClient queue;
    private readonly QueueSettings settings;
    private readonly QueueProcessor processor;
    private readonly TimeProvider clock;
    private readonly ExponentialBackoff backoff;
    private readonly Outage outage;
    private readonly BackgroundLoop loop;
    private readonly Signal? signal;

    /// <param name="signal">Set when this process has sent a message: then the next poll is made at once.</param>
    /// <param name="lease">How long a received message stays invisible to others unless renewed. Default 10 minutes, as in the genuine host.</param>
    public QueueListener(
        string function, QueueServiceClient queues, string queueName, QueueSettings settings, InvokeFunction invoke, TimeProvider clock, ILogger logger, TimeSpan? lease = null,
        Signal? signal = null)
    {
        (this.settings, this.clock, this.signal) = (settings, clock, signal);
        queue = queues.GetQueueClient(queueName);
        outage = new($"The queue '{queueName}' of function '{function}'", logger);
        processor = new(queue, QueueNames.PoisonOf(queueName) is { } poison ? queues.GetQueueClient(poison) : null, settings, invoke, clock, logger, outage, lease);
        backoff = new(QueueSettings.MinPollingInterval, settings.MaxPollingInterval, new Random(HashCode.Combine(Environment.ProcessId, queueName)));
        loop = new(function, RunAsync, clock, logger);
    }

    public Task StartAsync(CancellationToken cancellation)
    {
        loop.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken drainDeadline) => loop.StopAsync(drainDeadline);

    public ValueTask DisposeAsync() => loop.DisposeAsync();

    private async Task RunAsync(CancellationToken stopping, CancellationToken abort)
    {
        List<Task> running = [];
        do
        {
            running.RemoveAll(task => task.IsCompleted);
            while (running.Count > settings.NewBatchThreshold) running.Remove(await Task.WhenAny(running));
            if (stopping.IsCancellationRequested) break;

            QueueMessage[] batch = await ReceiveAsync((int)Math.Min(settings.BatchSize, settings.MostAtOnce - running.Count), abort);
            running.AddRange(batch.Select(message => Task.Run(() => processor.ProcessAsync(message, abort), CancellationToken.None)));
            if (batch.Length > 0) backoff.Reset();
            else await PauseAsync(backoff.Next(), stopping);
        }
        while (!stopping.IsCancellationRequested);

        await Task.WhenAll(running);
    }

    private Task<bool> PauseAsync(TimeSpan wait, CancellationToken stopping) =>
        signal is null ? clock.PauseAsync(wait, stopping) : signal.WaitAsync(wait, clock, stopping);

    /// <summary>Not cancelled by a mere stop: messages received but never seen would stay invisible for a whole lease.</summary>
    private async Task<QueueMessage[]> ReceiveAsync(int most, CancellationToken abort)
    {
        try
        {
            QueueMessage[] batch = await queue.ReceiveMessagesAsync(most, processor.Lease, abort);
            outage.Ended();
            return batch;
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            outage.Ended();
            return [];
        }
        catch (Exception e)
        {
            if (!abort.IsCancellationRequested) outage.Began(e);
            return [];
        }
    }
}
