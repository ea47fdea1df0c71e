using Azure;
using Azure.Data.Tables;
using Tidemark.Platform.Storage;

namespace Tidemark.Operations.Alerts;

/// <summary>Typed access to table <c>alerts</c>.</summary>
public sealed class AlertTable(TableServiceClient service, string name = StorageNames.Tables.Alerts)
{
    private readonly TableClient table = service.GetTableClient(name);

    public async Task<T?> GetAsync<T>(string key, CancellationToken cancellation) where T : AlertTableRow
    {
        NullableResponse<T> row = await table.GetEntityIfExistsAsync<T>(AlertTableRow.Partition, key, cancellationToken: cancellation);
        return row.HasValue ? row.Value : null;
    }

    public async Task<AlertRow?> AlertAsync(string id, CancellationToken cancellation) =>
        await GetAsync<AlertPlace>(AlertPlace.Key(id), cancellation) is { } place ? await GetAsync<AlertRow>(place.Row, cancellation) : null;

    /// <summary>Alerts, newest first, after the row <paramref name="after"/>.</summary>
    public AsyncPageable<AlertRow> AlertsAsync(string after, AlertFilter filter, int take, CancellationToken cancellation)
    {
        string query = TableClient.CreateQueryFilter($"PartitionKey eq {AlertTableRow.Partition} and RowKey gt {after} and RowKey lt {"at;"}");
        return table.QueryAsync<AlertRow>(query + filter.Query, take, cancellationToken: cancellation);
    }

    /// <summary>What is to be told at <paramref name="now"/>.</summary>
    public AsyncPageable<DueRow> DueAsync(DateTimeOffset now, CancellationToken cancellation) => table.QueryAsync<DueRow>(
        TableClient.CreateQueryFilter($"PartitionKey eq {AlertTableRow.Partition} and RowKey gt {DueRow.Prefix} and RowKey lt {"due;"} and NotBefore le {now}"), cancellationToken: cancellation);

    /// <summary>
    /// Changes rows together: new ones (no ETag) only if absent, read ones only if unchanged; <paramref name="gone"/> are deleted. False when a row
    /// stands in the way, which after a retry inside the client may be our own.
    /// </summary>
    public async Task<bool> TryWriteAsync(IEnumerable<AlertTableRow> rows, IEnumerable<AlertTableRow> gone, CancellationToken cancellation)
    {
        var actions = rows.Select(row => row.ETag == default
            ? new TableTransactionAction(TableTransactionActionType.Add, row)
            : new TableTransactionAction(TableTransactionActionType.UpdateReplace, row, row.ETag))
            .Concat(gone.Select(row => new TableTransactionAction(TableTransactionActionType.Delete, row, row.ETag)));
        try
        {
            await table.SubmitTransactionAsync(actions, cancellation);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 409 or 412 && !StorageOutage.Is(e))
        {
            return false;
        }
    }
}
