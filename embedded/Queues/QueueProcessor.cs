using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging;

namespace Tidemark.Embedded;

/// <summary>
/// Takes one message through its invocation: success deletes it, failure gives it back until it has been tried
/// <c>maxDequeueCount</c> times, then it moves to the poison queue unchanged.
/// </summary>
internal sealed partial class QueueProcessor(
    QueueClient queue, QueueClient? poison, QueueSettings settings, InvokeFunction invoke, TimeProvider clock, ILogger logger, Outage outage, TimeSpan? lease)
{
    private static readonly TimeSpan DefaultLease = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan CompletionRetry = TimeSpan.FromSeconds(1);

    /// <summary>How long a received message stays invisible to others unless renewed.</summary>
    public TimeSpan Lease { get; } = lease ?? DefaultLease;

    public async Task ProcessAsync(QueueMessage message, CancellationToken abort)
    {
        DateTimeOffset received = clock.GetUtcNow();
        if (poison is not null && message.DequeueCount > settings.MaxDequeueCount)
        {
            await CompleteAsync(message, () => PoisonAsync(poison, message, message.PopReceipt), received + Lease, abort);
            return;
        }

        using MessageLease held = new(queue, message, Lease, clock);
        InvocationOutcome outcome = await InvokeAsync(message, abort);
        string receipt = await held.EndAsync();
        await CompleteAsync(message, () => CompletionAsync(message, outcome, receipt), held.Expires, abort);
    }

    private async Task<InvocationOutcome> InvokeAsync(QueueMessage message, CancellationToken abort)
    {
        try
        {
            return await invoke(QueueInput.From(message, settings.Base64), abort);
        }
        catch (FormatException e)
        {
            LogUnreadable(message.MessageId, queue.Name, e.Message);
            return InvocationOutcome.Failure(e);
        }
    }

    private Task CompletionAsync(QueueMessage message, InvocationOutcome outcome, string receipt)
    {
        if (outcome.Succeeded) return queue.DeleteMessageAsync(message.MessageId, receipt);
        if (poison is null) return Task.CompletedTask; // It comes back when its lease ends: no fast endless loop.
        return message.DequeueCount >= settings.MaxDequeueCount
            ? PoisonAsync(poison, message, receipt)
            : queue.UpdateMessageAsync(message.MessageId, receipt, visibilityTimeout: settings.VisibilityTimeout);
    }

    private async Task PoisonAsync(QueueClient destination, QueueMessage message, string receipt)
    {
        LogPoison(message.MessageId, message.DequeueCount, destination.Name);
        try
        {
            await destination.SendMessageAsync(message.Body);
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            await destination.CreateIfNotExistsAsync();
            await destination.SendMessageAsync(message.Body);
        }

        await queue.DeleteMessageAsync(message.MessageId, receipt);
    }

    /// <summary>Tries until it is done or the lease is over: a short outage shall not cause a second run.</summary>
    private async Task CompleteAsync(QueueMessage message, Func<Task> completion, DateTimeOffset leaseEnds, CancellationToken abort)
    {
        while (true)
        {
            try
            {
                await completion();
                return;
            }
            catch (RequestFailedException gone) when (gone.Status is 404 or 409 || gone.ErrorCode == QueueErrorCode.PopReceiptMismatch)
            {
                LogGone(message.MessageId, queue.Name, gone.ErrorCode);
                return;
            }
            catch (Exception e)
            {
                outage.Began(e);
                if (await clock.PauseAsync(CompletionRetry, abort) && clock.GetUtcNow() < leaseEnds) continue;
                LogNotCompleted(message.MessageId, queue.Name);
                return;
            }
        }
    }

    [LoggerMessage(101, LogLevel.Error, "Message '{MessageId}' of queue '{Queue}' can't be read: {Reason}")]
    private partial void LogUnreadable(string messageId, string queue, string reason);

    [LoggerMessage(102, LogLevel.Warning, "Message '{MessageId}' has been tried {DequeueCount} times and moves to queue '{Poison}'.")]
    private partial void LogPoison(string messageId, long dequeueCount, string poison);

    [LoggerMessage(103, LogLevel.Debug, "Message '{MessageId}' of queue '{Queue}' is no longer ours to complete ({Code}).")]
    private partial void LogGone(string messageId, string queue, string? code);

    [LoggerMessage(104, LogLevel.Warning, "Message '{MessageId}' of queue '{Queue}' could not be completed; it comes back when its lease ends.")]
    private partial void LogNotCompleted(string messageId, string queue);
}
