using Azure;
using Azure.Data.Tables;
using Tidemark.Platform.Storage;

namespace Tidemark.Registry;

/// <summary>Typed access to table <c>models</c>. Keys come from value objects only.</summary>
public sealed class RegistryTable(TableServiceClient service)
{
    private readonly TableClient table = service.GetTableClient(StorageNames.Tables.Models);

    public Task<VersionRow?> VersionAsync(VersionReference version, CancellationToken cancellation) =>
        GetAsync<VersionRow>(version.Model, VersionRow.Key(version.Version), cancellation);

    public Task<AliasRow?> AliasAsync(ModelName model, AliasName alias, CancellationToken cancellation) =>
        GetAsync<AliasRow>(model, AliasRow.Key(alias), cancellation);

    public async Task<T?> GetAsync<T>(ModelName model, string rowKey, CancellationToken cancellation) where T : RegistryRow
    {
        var row = await table.GetEntityIfExistsAsync<T>(model.ToString(), rowKey, cancellationToken: cancellation);
        return row.HasValue ? row.Value : null;
    }

    /// <summary>Rows of a model whose key begins with <paramref name="prefix"/>, in key order, after <paramref name="after"/>.</summary>
    public AsyncPageable<T> RowsAsync<T>(ModelName model, string prefix, CancellationToken cancellation, string? after = null, int? take = null) where T : RegistryRow
    {
        // The prefix ends with ':'; ';' is the character after it.
        string end = string.Concat(prefix.AsSpan(0, prefix.Length - 1), ";");
        string filter = TableClient.CreateQueryFilter($"PartitionKey eq {model.ToString()} and RowKey gt {after ?? prefix} and RowKey lt {end}");
        return table.QueryAsync<T>(filter, take, cancellationToken: cancellation);
    }

    public AsyncPageable<ModelRow> ModelsAsync(string after, int take, CancellationToken cancellation) =>
        table.QueryAsync<ModelRow>(TableClient.CreateQueryFilter($"PartitionKey eq {ModelRow.Partition} and RowKey gt {after}"), take, cancellationToken: cancellation);

    /// <summary>Puts the model on the list of models. Safe to repeat.</summary>
    public Task ListModelAsync(ModelName model, CancellationToken cancellation) =>
        PutAsync(new ModelRow { PartitionKey = ModelRow.Partition, RowKey = model.ToString() }, cancellation);

    /// <summary>Writes a row whatever stands there.</summary>
    public Task PutAsync(RegistryRow row, CancellationToken cancellation) => table.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellation);

    /// <summary>
    /// Writes rows of one model together: new ones (no ETag) only if absent, read ones only if unchanged. False when a row stands in the way,
    /// which after a retry inside the client may be our own: the caller reads back and compares its token.
    /// </summary>
    public async Task<bool> TryWriteAsync(IEnumerable<RegistryRow> rows, CancellationToken cancellation)
    {
        var actions = rows.Select(row => row.ETag == default
            ? new TableTransactionAction(TableTransactionActionType.Add, row)
            : new TableTransactionAction(TableTransactionActionType.UpdateReplace, row, row.ETag));
        try
        {
            await table.SubmitTransactionAsync(actions, cancellation);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412 && !StorageOutage.Is(e))
        {
            return false;
        }
    }
}
