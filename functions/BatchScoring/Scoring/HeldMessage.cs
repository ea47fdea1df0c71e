using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace Tidemark.BatchScoring.Scoring;

/// <summary>
/// A message that whoever sends it works off himself: on the queue from the beginning, but out of sight for a while, again and again until
/// <see cref="EndAsync"/>. When the process dies, it comes into sight and another worker takes it.
/// </summary>
internal sealed class HeldMessage : IDisposable
{
    private readonly QueueClient queue;
    private readonly string id;
    private readonly TimeSpan lease;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource ended = new();
    private readonly Task renewing;
    private string receipt;

    private HeldMessage(QueueClient queue, SendReceipt sent, TimeSpan lease, TimeProvider time)
    {
        (this.queue, this.lease, this.time) = (queue, lease, time);
        (id, receipt) = (sent.MessageId, sent.PopReceipt);
        renewing = RenewAsync();
    }

    public static async Task<HeldMessage> SendAsync(QueueClient queue, string message, TimeSpan lease, TimeProvider time, CancellationToken cancellation) =>
        new(queue, await queue.SendMessageAsync(message, visibilityTimeout: lease, cancellationToken: cancellation), lease, time);

    /// <summary>Deletes the message, or brings it into sight. What storage says to that does not matter: a message that comes again finds the shard as it is.</summary>
    public async Task EndAsync(bool done)
    {
        await ended.CancelAsync();
        await renewing;
        try
        {
            if (done)
                await queue.DeleteMessageAsync(id, receipt);
            else
                await queue.UpdateMessageAsync(id, receipt, visibilityTimeout: TimeSpan.Zero);
        }
        catch (Exception e) when (e is RequestFailedException || Patience.IsFaltering(e))
        {
            // Somebody has it by now, or will when its time is over.
        }
    }

    public void Dispose() => ended.Dispose();

    private async Task RenewAsync()
    {
        TimeSpan wait = lease / 2;
        while (true)
        {
            try
            {
                await Task.Delay(wait, time, ended.Token);
                UpdateReceipt renewed = await queue.UpdateMessageAsync(id, receipt, visibilityTimeout: lease);
                (receipt, wait) = (renewed.PopReceipt, lease / 2);
            }
            catch (OperationCanceledException) when (ended.IsCancellationRequested)
            {
                return;
            }
            catch (RequestFailedException e) when (e.Status == 404 || e.ErrorCode == QueueErrorCode.PopReceiptMismatch)
            {
                return; // another worker has it
            }
            catch (Exception e) when (e is RequestFailedException || Patience.IsFaltering(e))
            {
                wait = lease / 10; // an outage: the lease may well outlast it
            }
        }
    }
}
