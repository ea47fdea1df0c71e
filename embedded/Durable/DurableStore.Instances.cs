using Azure;
using Azure.Data.Tables;

namespace Tidemark.Embedded;

/// <summary>Creating and removing instances.</summary>
internal sealed partial class DurableStore
{
    private const int RowsInTransaction = 100;

    /// <summary>
    /// Creates an instance with its first message, or replaces one that <paramref name="mayReplace"/> gives up. Doing it twice with the same
    /// execution changes nothing.
    /// </summary>
    /// <returns>False where an instance is there that may not be replaced.</returns>
    public async Task<bool> CreateAsync(InstanceRow row, Message start, Func<InstanceRow, bool> mayReplace, CancellationToken cancellation)
    {
        while (true)
        {
            InstanceRow? there = await FindAsync(row.Id, cancellation);
            if (there?.Execution == row.Execution) break;
            if (there is not null && !mayReplace(there)) return false;
            TableEntity first = await InboxEntityAsync(row.Id, start, NextTicks(), cancellation);
            try
            {
                await table.SubmitTransactionAsync(
                    [
                        there is null ? new(TableTransactionActionType.Add, row.ToEntity()) : new(TableTransactionActionType.UpdateReplace, row.ToEntity(), there.ETag),
                        new(TableTransactionActionType.Add, first),
                    ],
                    cancellation);
                break;
            }
            catch (RequestFailedException changed) when (changed.Status is 404 or 409 or 412)
            {
                // Somebody was faster, or it was this very request, whose answer was lost: look again.
            }
        }

        if (row.StartAt > clock.GetUtcNow()) await AddTimerAsync(row.Id, null, row.StartAt.Value, cancellation);
        else await WakeAsync(row.Id, cancellation);
        return true;
    }

    /// <summary>Removes an ended instance with everything that is kept of it.</summary>
    public async Task<bool> PurgeAsync(InstanceRow row, CancellationToken cancellation)
    {
        await DeleteRowsAsync(row.Id, key => key != InstanceRow.Key, cancellation);
        await payloads.DeleteAllAsync($"{row.Id}/", cancellation);
        try
        {
            await table.DeleteEntityAsync(row.Id, InstanceRow.Key, row.ETag, cancellation);
            return true;
        }
        catch (RequestFailedException changed) when (changed.Status is 404 or 412)
        {
            return false;
        }
    }

    /// <summary>Removes what earlier executions left.</summary>
    public Task ForgetAsync(InstanceRow row, CancellationToken cancellation) => DeleteRowsAsync(
        row.Id,
        key => (key.StartsWith("h-", StringComparison.Ordinal) && !key.StartsWith(Episode.KeysOf(row.Execution), StringComparison.Ordinal))
            || (key.StartsWith("a-", StringComparison.Ordinal) && !key.StartsWith(ClaimKeysOf(row.Execution), StringComparison.Ordinal)),
        cancellation);

    public static string ClaimKeysOf(string execution) => $"a-{execution}-";

    private async Task DeleteRowsAsync(string instance, Func<string, bool> which, CancellationToken cancellation)
    {
        List<TableTransactionAction> deletes = [];
        string filter = TableClient.CreateQueryFilter($"PartitionKey eq {instance}");
        await foreach (TableEntity entity in table.QueryAsync<TableEntity>(filter, select: ["PartitionKey", "RowKey", $"{nameof(Episode)}Blob"], cancellationToken: cancellation))
        {
            if (!which(entity.RowKey)) continue;
            await payloads.DeleteAsync(StoredText.Read(entity, nameof(Episode)), cancellation);
            deletes.Add(new(TableTransactionActionType.Delete, entity, ETag.All));
        }

        deletes.Reverse(); // episodes before the claims of their activities; see ActivityWork
        foreach (TableTransactionAction[] batch in deletes.Chunk(RowsInTransaction))
        {
            try
            {
                await table.SubmitTransactionAsync(batch, cancellation);
            }
            catch (RequestFailedException gone) when (gone.Status == 404)
            {
                // Somebody else removes the same; what is left goes with the purge.
            }
        }
    }
}
