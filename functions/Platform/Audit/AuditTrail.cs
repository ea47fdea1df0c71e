using System.Collections.Concurrent;
using System.Globalization;
using Azure;
using Azure.Data.Tables;
using Tidemark.Platform.Storage;

namespace Tidemark.Platform.Audit;

/// <summary>
/// The audit trail: rows that are only added, each with the hash of the one before (a hash chain, as in RFC 9162's logs without the tree), so that a row that is
/// changed, taken out or slipped in later is found. Callers that come together share a transaction; hosts take turns by the ETag of the chain's end.
/// </summary>
public sealed class AuditTrail(TableServiceClient service, TimeProvider time, string name = StorageNames.Tables.Audit) : IDisposable
{
    /// <summary>A transaction takes 100 rows of 4 MiB together; the end of the chain is one of them.</summary>
    private const int MostAtOnce = 50;

    private const int MaxTries = 50;

    private const int LongestText = 2048;

    private readonly TableClient table = service.GetTableClient(name);
    private readonly ConcurrentQueue<Waiting> waiting = new();
    private readonly SemaphoreSlim turn = new(1, 1);
    private TrailEnd? known;

    /// <summary>Adds a row; when this returns it is stored.</summary>
    /// <exception cref="RequestFailedException">Storage does not take it: then what was to be done must not be done.</exception>
    public async Task AppendAsync(AuditEntry entry, CancellationToken cancellation)
    {
        var mine = new Waiting(entry);
        waiting.Enqueue(mine);
        await turn.WaitAsync(cancellation);
        try
        {
            while (!mine.Done.Task.IsCompleted)
                await WriteTogetherAsync();
        }
        finally
        {
            turn.Release();
        }

        await mine.Done.Task;
    }

    /// <summary>The trail in its order, from the row <paramref name="from"/> on.</summary>
    public AsyncPageable<TrailRow> RowsAsync(long from, int? pageSize, CancellationToken cancellation)
    {
        string query = TableClient.CreateQueryFilter($"PartitionKey eq {TrailTableRow.Partition} and RowKey ge {TrailRow.Key(from)} and RowKey lt {"row;"}");
        return table.QueryAsync<TrailRow>(query, pageSize, cancellationToken: cancellation);
    }

    /// <summary>The end of the chain as stored now.</summary>
    public async Task<TrailEnd> EndAsync(CancellationToken cancellation)
    {
        NullableResponse<TrailEnd> end = await table.GetEntityIfExistsAsync<TrailEnd>(TrailTableRow.Partition, TrailEnd.Key, cancellationToken: cancellation);
        return end.HasValue ? end.Value! : new TrailEnd();
    }

    public void Dispose() => turn.Dispose();

    /// <summary>Those who share the transaction share its fate; it runs to its end even if one of them goes away.</summary>
    private async Task WriteTogetherAsync()
    {
        var together = new List<Waiting>();
        while (together.Count < MostAtOnce && waiting.TryDequeue(out Waiting? next)) together.Add(next);
        try
        {
            await WriteAsync(together);
            foreach (Waiting written in together) written.Done.SetResult();
        }
        catch (Exception e)
        {
            foreach (Waiting lost in together) lost.Done.SetException(e);
        }
    }

    private async Task WriteAsync(List<Waiting> together)
    {
        for (int i = 0; i < MaxTries; i++)
        {
            TrailEnd end = known ?? await EndAsync(CancellationToken.None);
            known = null;
            (TrailRow[] rows, TrailEnd next) = Chain(end, together);
            try
            {
                Response<IReadOnlyList<Response>> written = await table.SubmitTransactionAsync([EndAction(next), .. rows.Select(r => new TableTransactionAction(TableTransactionActionType.Add, r))]);
                next.ETag = written.Value[0].Headers.ETag ?? default;
                known = next.ETag == default ? null : next;
                return;
            }
            catch (RequestFailedException e) when (e.Status is 404 or 409 or 412 && !StorageOutage.Is(e))
            {
                // Another host was first, or a retry of the client met its own row.
                NullableResponse<TrailRow> there = await table.GetEntityIfExistsAsync<TrailRow>(TrailTableRow.Partition, rows[0].RowKey);
                if (there.HasValue && there.Value!.Token == rows[0].Token) return;
            }
        }

        throw new RequestFailedException(503, $"The audit trail was changed by others {MaxTries} times in a row.");
    }

    private static TableTransactionAction EndAction(TrailEnd end) => end.ETag == default
        ? new(TableTransactionActionType.Add, end)
        : new(TableTransactionActionType.UpdateReplace, end, end.ETag);

    private (TrailRow[] Rows, TrailEnd End) Chain(TrailEnd end, List<Waiting> together)
    {
        string at = time.GetUtcNow().UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        (long sequence, string hash) = (end.Sequence, end.Hash);
        var rows = new TrailRow[together.Count];
        for (int i = 0; i < rows.Length; i++)
        {
            (AuditEntry entry, string token) = (together[i].Entry, together[i].Token);
            sequence++;
            rows[i] = new TrailRow
            {
                RowKey = TrailRow.Key(sequence),
                Sequence = sequence,
                At = at,
                Actor = Short(entry.Actor),
                Action = Short(entry.Action),
                Subject = Short(entry.Subject),
                Decision = Short(entry.Decision),
                Correlation = Short(entry.Correlation),
                Token = token,
                Previous = hash,
            };
            rows[i].Hash = hash = rows[i].HashOf();
        }

        return (rows, new TrailEnd { ETag = end.ETag, Sequence = sequence, Hash = hash });
    }

    private static string Short(string text) => text.Length <= LongestText ? text : string.Concat(text.AsSpan(0, LongestText), "…");

    private sealed class Waiting(AuditEntry entry)
    {
        public AuditEntry Entry { get; } = entry;

        public string Token { get; } = Guid.NewGuid().ToString("N");

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
