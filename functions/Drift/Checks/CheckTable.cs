using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Options;
using Tidemark.Platform.Storage;
using Tidemark.Registry;

namespace Tidemark.Drift.Checks;

/// <summary>How an attempt to begin a check ended.</summary>
/// <param name="Row">The row: claimed by the caller, done, or somebody else's.</param>
/// <param name="Begun">Whether the check was begun before, and perhaps done.</param>
public readonly record struct Claim(ClaimState State, RunRow Row, bool Begun = true);

public enum ClaimState
{
    /// <summary>The caller runs it.</summary>
    Mine,

    /// <summary>It is done.</summary>
    Done,

    /// <summary>Another host runs it.</summary>
    Taken,
}

/// <summary>
/// Checks in table <c>drift</c>. A check is begun by inserting its row, so that of all hosts that try one runs it; when that one dies its lease
/// ends and the next one takes over under the row's ETag. Every step gives the same when it is repeated.
/// </summary>
public sealed class CheckTable(TableServiceClient service, IOptions<DriftOptions> options, TimeProvider time)
{
    private readonly TableClient table = service.GetTableClient(StorageNames.Tables.Drift);

    /// <summary>Tries to begin the check; one that is done is begun again only on request.</summary>
    public async Task<Claim> ClaimAsync(ModelName model, DateTimeOffset hour, bool again, CancellationToken cancellation)
    {
        var mine = new RunRow { PartitionKey = model.ToString(), RowKey = RunRow.Key(hour), Owner = Guid.NewGuid().ToString("N"), LeaseUntil = time.GetUtcNow() + options.Value.Lease };
        if (await TryWriteAsync(mine, cancellation) is { } written)
            return new(ClaimState.Mine, written, Begun: false);

        var row = await FindAsync<RunRow>(model, mine.RowKey, cancellation) ?? throw new InvalidOperationException($"The check {model} {mine.RowKey} was there and is not.");
        if (row.Done is not null && !again)
            return new(ClaimState.Done, row);
        if (row.Done is null && row.LeaseUntil > time.GetUtcNow())
            return new(ClaimState.Taken, row);
        mine.ETag = row.ETag;
        return await TryWriteAsync(mine, cancellation) is { } taken ? new(ClaimState.Mine, taken) : new(ClaimState.Taken, row);
    }

    /// <summary>Tells that the owner is alive. The row as it is now, or null when another has taken over.</summary>
    public Task<RunRow?> RenewAsync(RunRow row, CancellationToken cancellation)
    {
        row.LeaseUntil = time.GetUtcNow() + options.Value.Lease;
        return TryWriteAsync(row, cancellation);
    }

    /// <summary>Notes that everything is stored and sent. Another that has taken over meanwhile comes to the same end.</summary>
    public Task DoneAsync(RunRow row, LoggedHour logged, CancellationToken cancellation)
    {
        (row.Done, row.Versions, row.Seen) = (time.GetUtcNow(), string.Join(' ', logged.Versions), logged.Seen);
        return TryWriteAsync(row, cancellation);
    }

    /// <summary>Makes a check that was done due again; nothing when another host has touched it.</summary>
    public Task ReopenAsync(RunRow row, CancellationToken cancellation)
    {
        (row.Done, row.LeaseUntil) = (null, time.GetUtcNow());
        return TryWriteAsync(row, cancellation);
    }

    /// <summary>Runs of a model from an hour on, in order.</summary>
    public AsyncPageable<RunRow> RunsAsync(ModelName model, DateTimeOffset from, CancellationToken cancellation) =>
        RangeAsync<RunRow>(model, RunRow.Key(from), RunRow.Prefix + "~", cancellation);

    public Task PutAsync(DriftRow row, CancellationToken cancellation) => table.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellation);

    /// <summary>Verdicts of a model from an hour on and before another, in order.</summary>
    public AsyncPageable<VerdictRow> VerdictsAsync(ModelName model, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation) =>
        RangeAsync<VerdictRow>(model, VerdictRow.Prefix + DriftRow.HourText(from), VerdictRow.Prefix + DriftRow.HourText(to), cancellation);

    public async Task<T?> FindAsync<T>(ModelName model, string rowKey, CancellationToken cancellation) where T : DriftRow
    {
        var found = await table.GetEntityIfExistsAsync<T>(model.ToString(), rowKey, cancellationToken: cancellation);
        return found.HasValue ? found.Value : null;
    }

    private AsyncPageable<T> RangeAsync<T>(ModelName model, string from, string to, CancellationToken cancellation) where T : DriftRow => table.QueryAsync<T>(
        TableClient.CreateQueryFilter($"PartitionKey eq {model.ToString()} and RowKey ge {from} and RowKey lt {to}"), cancellationToken: cancellation);

    /// <summary>Inserts a row without an ETag, replaces one with its ETag; null when another was first. A retry whose first try arrived finds its own owner.</summary>
    private async Task<RunRow?> TryWriteAsync(RunRow row, CancellationToken cancellation)
    {
        try
        {
            Response written = row.ETag == default
                ? await table.AddEntityAsync(row, cancellation)
                : await table.UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace, cancellation);
            row.ETag = written.Headers.ETag!.Value;
            return row;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412 && !StorageOutage.Is(e))
        {
            var found = await table.GetEntityIfExistsAsync<RunRow>(row.PartitionKey, row.RowKey, cancellationToken: cancellation);
            return found.HasValue && found.Value!.Owner == row.Owner && found.Value.LeaseUntil == row.LeaseUntil && found.Value.Done == row.Done ? found.Value : null;
        }
    }
}
