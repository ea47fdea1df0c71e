using Azure;
using Azure.Data.Tables;

namespace Tidemark.Embedded;

/// <summary>
/// One engine's hold on a row of the hub: two columns taken under the row's ETag and renewed at half time. When the holder dies
/// the hold ends by itself. Every change of the row goes through <see cref="ChangeAsync"/>, so that a holder that was overtaken fails.
/// </summary>
internal sealed class RowLease : IAsyncDisposable
{
    public const string OwnerColumn = "Owner";
    public const string UntilColumn = "LeaseUntil";

    // Leases are between machines: their own clocks count, not the time that orchestrations see.
    private static readonly TimeProvider Clock = TimeProvider.System;
    private static readonly TimeSpan RenewalRetry = TimeSpan.FromSeconds(1);

    private readonly TableClient table;
    private readonly (string Partition, string Key) row;
    private readonly string owner;
    private readonly TimeSpan length;
    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly CancellationTokenSource ended = new();
    private readonly Task renewing;
    private ETag etag;

    private RowLease(TableClient table, (string Partition, string Key) row, string owner, TimeSpan length, ETag etag)
    {
        (this.table, this.row, this.owner, this.length, this.etag) = (table, row, owner, length, etag);
        renewing = RenewAsync();
    }

    public static bool IsFree(string heldBy, DateTimeOffset until, string owner) => heldBy.Length == 0 || heldBy == owner || until <= Clock.GetUtcNow();

    /// <summary>Puts the hold of <paramref name="owner"/> into <paramref name="entity"/>.</summary>
    public static void Mark(TableEntity entity, string owner, TimeSpan length)
    {
        entity[OwnerColumn] = owner;
        entity[UntilColumn] = Clock.GetUtcNow() + length;
    }

    /// <summary>Null when the row changed since <paramref name="etag"/>.</summary>
    public static async Task<RowLease?> TryAcquireAsync(
        TableClient table, string partition, string key, ETag etag, string owner, TimeSpan length, CancellationToken cancellation)
    {
        TableEntity hold = new(partition, key);
        Mark(hold, owner, length);
        try
        {
            Response held = await table.UpdateEntityAsync(hold, etag, TableUpdateMode.Merge, cancellation);
            return new(table, (partition, key), owner, length, held.Headers.ETag!.Value);
        }
        catch (RequestFailedException changed) when (changed.Status is 404 or 412)
        {
            return null;
        }
    }

    /// <summary>Continues the hold of a row that this owner has just written with <see cref="Mark"/>.</summary>
    public static RowLease Of(TableClient table, string partition, string key, ETag etag, string owner, TimeSpan length) =>
        new(table, (partition, key), owner, length, etag);

    /// <summary>Changes the row under its ETag, between two renewals.</summary>
    /// <exception cref="RequestFailedException">412: another engine has taken the row over.</exception>
    public async Task ChangeAsync(Func<ETag, Task<ETag>> change)
    {
        await gate.WaitAsync();
        try
        {
            etag = await change(etag);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Changes the row for the last time: the change gives it free.</summary>
    public Task FinishAsync(Func<ETag, Task<ETag>> change) => ChangeAsync(async current =>
    {
        await ended.CancelAsync();
        return await change(current);
    });

    /// <summary>Gives the row free, with further columns changed.</summary>
    public Task ReleaseAsync(CancellationToken cancellation, params (string Column, object Value)[] also) => FinishAsync(async current =>
    {
        TableEntity free = new(row.Partition, row.Key) { [OwnerColumn] = "" };
        foreach ((string column, object value) in also) free[column] = value;
        return (await table.UpdateEntityAsync(free, current, TableUpdateMode.Merge, cancellation)).Headers.ETag!.Value;
    });

    /// <summary>Removes the row.</summary>
    public Task DeleteAsync(CancellationToken cancellation) => FinishAsync(async current =>
    {
        await table.DeleteEntityAsync(row.Partition, row.Key, current, cancellation);
        return current;
    });

    /// <summary>Stops renewing; what was not released ends by itself.</summary>
    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        await renewing;
        ended.Dispose();
        gate.Dispose();
    }

    private async Task RenewAsync()
    {
        TimeSpan wait = length / 2;
        while (await Clock.PauseAsync(wait, ended.Token))
        {
            try
            {
                await ChangeAsync(RenewAsync);
                wait = length / 2;
            }
            catch (RequestFailedException taken) when (taken.Status is 404 or 412)
            {
                return;
            }
            catch (Exception)
            {
                // An outage: the hold may well outlast it.
                wait = RenewalRetry;
            }
        }
    }

    private async Task<ETag> RenewAsync(ETag current)
    {
        if (ended.IsCancellationRequested) return current;
        TableEntity hold = new(row.Partition, row.Key);
        Mark(hold, owner, length);
        return (await table.UpdateEntityAsync(hold, current, TableUpdateMode.Merge, CancellationToken.None)).Headers.ETag!.Value;
    }
}
