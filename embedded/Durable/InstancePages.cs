using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using Microsoft.DurableTask.Client;

namespace Tidemark.Embedded;

/// <summary>Makes what the client shows of a row, with inputs and outputs or without.</summary>
internal delegate Task<OrchestrationMetadata> ShowInstance(InstanceRow row, bool payloads, CancellationToken cancellation);

/// <summary>The instances that a query finds, page by page.</summary>
internal sealed class InstancePages(DurableStore store, OrchestrationQuery query, ShowInstance show) : Microsoft.DurableTask.AsyncPageable<OrchestrationMetadata>
{
    public override IAsyncEnumerable<Microsoft.DurableTask.Page<OrchestrationMetadata>> AsPages(string? continuationToken = null, int? pageSizeHint = null) =>
        PagesAsync(continuationToken ?? query.ContinuationToken, pageSizeHint ?? query.PageSize);

    public async IAsyncEnumerable<InstanceRow> RowsAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        if (!IsOfHub) yield break;
        await store.CreateAsync(cancellation);
        await foreach (TableEntity row in store.Table.QueryAsync<TableEntity>(Filter(), cancellationToken: cancellation)) yield return InstanceRow.From(row);
    }

    private bool IsOfHub => query.TaskHubNames?.Contains(store.Hub, StringComparer.OrdinalIgnoreCase) ?? true;

    private async IAsyncEnumerable<Microsoft.DurableTask.Page<OrchestrationMetadata>> PagesAsync(
        string? token, int size, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        if (!IsOfHub) yield break;
        await store.CreateAsync(cancellation);
        await foreach (Azure.Page<TableEntity> page in store.Table.QueryAsync<TableEntity>(Filter(), cancellationToken: cancellation).AsPages(token, size))
        {
            List<OrchestrationMetadata> found = [];
            foreach (TableEntity row in page.Values) found.Add(await show(InstanceRow.From(row), query.FetchInputsAndOutputs, cancellation));
            yield return new(found, page.ContinuationToken);
        }
    }

    private string Filter()
    {
        List<string> all = [TableClient.CreateQueryFilter($"RowKey eq {InstanceRow.Key}")];
        if (query.CreatedFrom is { } from) all.Add(TableClient.CreateQueryFilter($"CreatedAt ge {from}"));
        if (query.CreatedTo is { } to) all.Add(TableClient.CreateQueryFilter($"CreatedAt le {to}"));
        if (query.Statuses?.ToList() is { Count: > 0 } statuses)
            all.Add($"({string.Join(" or ", statuses.Select(s => TableClient.CreateQueryFilter($"Status eq {s.ToString()}")))})");
        if (query.InstanceIdPrefix is { Length: > 0 } prefix)
            all.Add(TableClient.CreateQueryFilter($"PartitionKey ge {prefix} and PartitionKey lt {prefix + '\uffff'}"));
        return string.Join(" and ", all);
    }
}
