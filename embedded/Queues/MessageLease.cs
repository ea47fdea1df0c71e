using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace Tidemark.Embedded;

/// <summary>Keeps a received message invisible to others while it is in work, renewing at half time.</summary>
internal sealed class MessageLease : IDisposable
{
    private static readonly TimeSpan RenewalRetry = TimeSpan.FromSeconds(1);

    private readonly QueueClient queue;
    private readonly string messageId;
    private readonly TimeSpan length;
    private readonly TimeProvider clock;
    private readonly CancellationTokenSource ended = new();
    private readonly Task renewing;
    private string receipt;

    public MessageLease(QueueClient queue, QueueMessage message, TimeSpan length, TimeProvider clock)
    {
        (this.queue, this.length, this.clock) = (queue, length, clock);
        (messageId, receipt) = (message.MessageId, message.PopReceipt);
        Expires = clock.GetUtcNow() + length;
        renewing = RenewAsync();
    }

    public DateTimeOffset Expires { get; private set; }

    /// <returns>The receipt with which to complete the message.</returns>
    public async Task<string> EndAsync()
    {
        await ended.CancelAsync();
        await renewing;
        return receipt;
    }

    public void Dispose() => ended.Dispose();

    private async Task RenewAsync()
    {
        TimeSpan wait = length / 2;
        while (await clock.PauseAsync(wait, ended.Token))
        {
            DateTimeOffset asked = clock.GetUtcNow();
            try
            {
                // Not cancelled half way: the service would then know a receipt that we don't.
                UpdateReceipt renewed = await queue.UpdateMessageAsync(messageId, receipt, visibilityTimeout: length);
                (receipt, Expires, wait) = (renewed.PopReceipt, asked + length, length / 2);
            }
            catch (RequestFailedException taken) when (taken.Status == 404 || taken.ErrorCode == QueueErrorCode.PopReceiptMismatch)
            {
                return;
            }
            catch (Exception)
            {
                // An outage: the lease may well outlast it.
                wait = RenewalRetry;
            }
        }
    }
}
