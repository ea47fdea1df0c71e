using System.Net;
using Azure;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;

namespace Tidemark.Embedded;

/// <summary>A message in an instance's inbox.</summary>
internal sealed record InboxRow(string Key, Message Message, StoredText Stored);

/// <summary>Where the input of an activity lies: in the episode that called it.</summary>
internal sealed record ActivityPointer(string Instance, string Execution, int Episode, int TaskId);

/// <summary>
/// The task hub in Azure Storage: one table, two queues, one container. A partition of the table is an instance: its row, its history
/// (<c>h-…</c>, a row an episode), its inbox (<c>m-…</c>) and the claims of its activities (<c>a-…</c>), so that one transaction moves it
/// from one state to the next. The queues only say where there is something to do.
/// </summary>
internal sealed partial class DurableStore : IDisposable
{
    public const string TimerPartition = "@timers";

    /// <summary>A transaction takes 100 rows; ten are for everything but the inbox.</summary>
    public const int MostMessages = 90;

    private readonly TableClient table;
    private readonly QueueClient control;
    private readonly QueueClient work;
    private readonly PayloadStore payloads;
    private readonly TimeProvider clock;
    private readonly SemaphoreSlim creating = new(1, 1);
    private volatile bool created;
    private long lastTicks;

    /// <param name="clock">The time that orchestrations see.</param>
    public DurableStore(TableServiceClient tables, QueueServiceClient queues, BlobServiceClient blobs, string hub, TimeProvider clock)
    {
        Hub = hub;
        this.clock = clock;
        string name = hub.ToLowerInvariant();
        table = tables.GetTableClient($"{hub}Embedded");
        control = queues.GetQueueClient($"{name}-embedded-control");
        work = queues.GetQueueClient($"{name}-embedded-work");
        payloads = new(blobs.GetBlobContainerClient($"{name}-embedded-payloads"));
        (Queues, ControlQueue, WorkQueue) = (queues, control.Name, work.Name);
    }

    public string Hub { get; }

    public QueueServiceClient Queues { get; }

    /// <summary>Names instances that have messages.</summary>
    public string ControlQueue { get; }

    /// <summary>Points to activities that wait to be run.</summary>
    public string WorkQueue { get; }

    public TableClient Table => table;

    public PayloadStore Payloads => payloads;

    public TimeProvider Clock => clock;

    public Signal ControlSignal { get; } = new();

    public Signal WorkSignal { get; } = new();

    public Signal TimerSignal { get; } = new();

    /// <summary>Creates what is missing, once.</summary>
    public async Task CreateAsync(CancellationToken cancellation)
    {
        if (created) return;
        await creating.WaitAsync(cancellation);
        try
        {
            if (created) return;
            await table.CreateIfNotExistsAsync(cancellation);
            await control.CreateIfNotExistsAsync(cancellationToken: cancellation);
            await work.CreateIfNotExistsAsync(cancellationToken: cancellation);
            await payloads.CreateAsync(cancellation);
            created = true;
        }
        finally
        {
            creating.Release();
        }
    }

    public void Dispose() => creating.Dispose();

    public async Task<InstanceRow?> FindAsync(string instance, CancellationToken cancellation)
    {
        NullableResponse<TableEntity> found = await table.GetEntityIfExistsAsync<TableEntity>(instance, InstanceRow.Key, cancellationToken: cancellation);
        return found.HasValue ? InstanceRow.From(found.Value!) : null;
    }

    /// <summary>The instance's row and inbox, the messages in the order in which they were sent.</summary>
    public async Task<(InstanceRow? Row, List<InboxRow> Inbox)> PeekAsync(string instance, CancellationToken cancellation)
    {
        InstanceRow? row = null;
        List<InboxRow> inbox = [];
        string filter = TableClient.CreateQueryFilter($"PartitionKey eq {instance} and RowKey ge {InstanceRow.Key} and RowKey lt {"m."}");
        await foreach (TableEntity entity in table.QueryAsync<TableEntity>(filter, cancellationToken: cancellation))
        {
            if (entity.RowKey == InstanceRow.Key)
            {
                row = InstanceRow.From(entity);
            }
            else
            {
                StoredText stored = StoredText.Read(entity, nameof(Message));
                inbox.Add(new(entity.RowKey, Episode.FromJson<Message>((await payloads.ReadAsync(stored, cancellation))!), stored));
            }
        }

        return (row, inbox);
    }

    public async Task<List<Episode>> HistoryAsync(InstanceRow row, CancellationToken cancellation)
    {
        List<Episode> episodes = new(row.Episodes + 1);
        string keys = Episode.KeysOf(row.Execution);
        string filter = TableClient.CreateQueryFilter($"PartitionKey eq {row.Id} and RowKey ge {keys} and RowKey lt {keys + ":"}");
        await foreach (TableEntity entity in table.QueryAsync<TableEntity>(filter, cancellationToken: cancellation))
            episodes.Add(await ReadEpisodeAsync(entity, cancellation));
        return episodes;
    }

    /// <summary>One episode; null once its instance or execution is gone.</summary>
    public async Task<Episode?> EpisodeAsync(string instance, string key, CancellationToken cancellation)
    {
        NullableResponse<TableEntity> found = await table.GetEntityIfExistsAsync<TableEntity>(instance, key, cancellationToken: cancellation);
        return found.HasValue ? await ReadEpisodeAsync(found.Value!, cancellation) : null;
    }

    /// <summary>Writes a new state of the instance, what was played, and takes what was played out of the inbox: all or nothing.</summary>
    /// <exception cref="RequestFailedException">412: somebody else changed the instance.</exception>
    public async Task<ETag> CommitAsync(InstanceRow row, ETag etag, Episode? played, IEnumerable<InboxRow> taken, Message? next, CancellationToken cancellation)
    {
        List<TableTransactionAction> all = [new(TableTransactionActionType.UpdateReplace, row.ToEntity(), etag)];
        if (played is not null)
        {
            TableEntity entity = new(row.Id, played.Key);
            (await payloads.WriteAsync(Episode.ToJson(played), $"{row.Id}/{played.Key}", cancellation)).Write(entity, nameof(Episode));
            all.Add(new(TableTransactionActionType.Add, entity));
        }

        if (next is not null) all.Add(new(TableTransactionActionType.Add, await InboxEntityAsync(row.Id, next, NextTicks(), cancellation)));
        List<InboxRow> gone = [.. taken];
        all.AddRange(gone.Select(m => new TableTransactionAction(TableTransactionActionType.Delete, new TableEntity(row.Id, m.Key), ETag.All)));
        Response<IReadOnlyList<Response>> done = await table.SubmitTransactionAsync(all, cancellation);
        foreach (InboxRow message in gone) await payloads.DeleteAsync(message.Stored, cancellation);
        return done.Value[0].Headers.ETag!.Value;
    }

    /// <summary>Removes messages that nobody will take.</summary>
    public async Task DropAsync(string instance, IReadOnlyList<InboxRow> inbox, CancellationToken cancellation)
    {
        foreach (InboxRow message in inbox)
        {
            await table.DeleteEntityAsync(instance, message.Key, ETag.All, cancellation);
            await payloads.DeleteAsync(message.Stored, cancellation);
        }
    }

    /// <summary>Puts a message into an inbox and says so. Sending it again under the same identifier and time changes nothing.</summary>
    public async Task DeliverAsync(string instance, Message message, long? ticks, CancellationToken cancellation)
    {
        try
        {
            await table.AddEntityAsync(await InboxEntityAsync(instance, message, ticks ?? NextTicks(), cancellation), cancellation);
        }
        catch (RequestFailedException there) when (there.Status == (int)HttpStatusCode.Conflict)
        {
            // Sent before.
        }

        await WakeAsync(instance, cancellation);
    }

    public async Task WakeAsync(string instance, CancellationToken cancellation)
    {
        await control.SendMessageAsync(instance, cancellation);
        ControlSignal.Set();
    }

    public async Task EnqueueAsync(ActivityPointer activity, CancellationToken cancellation)
    {
        await work.SendMessageAsync(Episode.ToJson(activity), cancellation);
        WorkSignal.Set();
    }

    public async Task<TableEntity> InboxEntityAsync(string instance, Message message, long ticks, CancellationToken cancellation)
    {
        TableEntity entity = new(instance, $"m-{ticks:D20}-{message.Id}");
        (await payloads.WriteAsync(Episode.ToJson(message), $"{instance}/{entity.RowKey}", cancellation)).Write(entity, nameof(Message));
        return entity;
    }

    /// <summary>The time, never the same twice, so that messages of one sender keep their order.</summary>
    public long NextTicks()
    {
        while (true)
        {
            long last = Interlocked.Read(ref lastTicks);
            long next = Math.Max(last + 1, clock.GetUtcNow().UtcTicks);
            if (Interlocked.CompareExchange(ref lastTicks, next, last) == last) return next;
        }
    }

    private async Task<Episode> ReadEpisodeAsync(TableEntity entity, CancellationToken cancellation) =>
        Episode.FromJson<Episode>((await payloads.ReadAsync(StoredText.Read(entity, nameof(Episode)), cancellation))!);
}
