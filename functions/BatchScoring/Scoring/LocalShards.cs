using Azure.Storage.Queues;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tidemark.BatchScoring.Jobs;
using Tidemark.BatchScoring.Planning;
using Tidemark.Platform.Storage;

namespace Tidemark.BatchScoring.Scoring;

/// <summary>
/// Lets the host that plans a file score shards out of the bytes that it has just read, as far as its workers are free; the others go to
/// whoever takes them from the queue. A shard scored here has its message on the queue too, out of sight and held by a <see cref="HeldMessage"/>:
/// when this host dies, another one finds it there.
/// </summary>
public sealed partial class LocalShards(
    ShardWorker worker, ShardLedger ledger, QueueServiceClient queues, IOptions<BatchScoringOptions> options, TimeProvider time, ILogger<LocalShards> logger)
{
    /// <value>How long the planner waits for a worker of its own before it leaves a shard to others: short, so that these have something to do.</value>
    private static readonly TimeSpan PatienceForTurn = TimeSpan.FromMilliseconds(100);

    /// <value>Bytes that are read beyond the end of a shard before it is known: a window of the search and the row that goes on there.</value>
    private const int ReadAhead = 5 << 18;

    private readonly QueueClient queue = queues.GetQueueClient(StorageNames.Queues.BatchShards);

    /// <summary>Kept from one large file to the next: collected and asked for anew, it would be there twice for a while.</summary>
    private readonly TextMemory memory = new((int)Math.Min(options.Value.ShardBytes + ReadAhead, Array.MaxLength));

    private long kept, read;

    /// <summary>
    /// Keeps the bytes of a stream of <paramref name="bytes"/> while they are read. Null where shards are too large for that, or other files are being
    /// read that need the memory: what is being read at the same time may take half of what shards may.
    /// </summary>
    internal KeepingStream? Keep(Stream text, long bytes, ShardCut cut)
    {
        long room = Math.Min(bytes, cut.ShardBytes + ReadAhead);
        if (Interlocked.Add(ref read, room) <= options.Value.KeptBytes / 2)
            return new KeepingStream(text, room == memory.Size ? memory : new TextMemory((int)room), Forget);
        Forget();
        return null;

        void Forget() => Interlocked.Add(ref read, -room);
    }

    /// <summary>
    /// Begins to score a new shard here, whose bytes in the stream go from one place to another; its end is a task that never fails. Null: no worker
    /// was free, the bytes are gone, or the shard is known already; it is then to be sent to the queue.
    /// </summary>
    internal async Task<Task?> TryBeginAsync(ShardRow shard, KeepingStream stream, long from, long to, CancellationToken cancellation)
    {
        if (!await worker.Turns.WaitAsync(PatienceForTurn, cancellation))
        {
            stream.Forget(to);
            return null;
        }

        if (stream.Take(from, to) is not { } text)
        {
            worker.Turns.Release();
            return null;
        }

        if (Interlocked.Add(ref kept, text.Length) > options.Value.KeptBytes)
        {
            End(text);
            return null;
        }

        HeldMessage? message = null;
        try
        {
            shard.Claim();
            if (await ledger.AddAsync(shard, cancellation))
                message = await HeldMessage.SendAsync(queue, ShardDispatch.Message(shard), options.Value.Lease, time, cancellation);
        }
        finally
        {
            if (message is null)
                End(text);
        }

        return message is null ? null : Task.Run(() => ScoreAsync(shard, text, message, cancellation), CancellationToken.None);
    }

    private async Task ScoreAsync(ShardRow shard, KeptText text, HeldMessage message, CancellationToken cancellation)
    {
        using HeldMessage held = message;
        bool done = false;
        try
        {
            await worker.TakeAsync(shard, text, cancellation);
            done = true;
        }
        catch (Exception e)
        {
            LogGivenBack(e, shard.Index, shard.PartitionKey);
        }
        finally
        {
            End(text);
            await held.EndAsync(done);
        }
    }

    private void End(KeptText text)
    {
        Interlocked.Add(ref kept, -text.Length);
        text.Dispose();
        worker.Turns.Release();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Shard {Shard} of batch {Job} could not be scored by the host that planned it and goes to the queue")]
    private partial void LogGivenBack(Exception error, int shard, string job);
}
