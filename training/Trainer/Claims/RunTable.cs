using Azure;
using Azure.Data.Tables;

namespace Tidemark.Trainer.Claims;

/// <summary>
/// The row of a run in the table <c>trainingruns</c>: held by one worker at a time, since every write is under the ETag of the one before. One write at a time.
/// </summary>
internal sealed class RunTable(TableClient table, string worker, TimeProvider clock)
{
    private const string Partition = "run", Pending = "Pending", Running = "Running";
    private static readonly TimeSpan Stale = TimeSpan.FromMinutes(2);
    private TableEntity row = [];
    private ETag etag;

    public string Id => row.RowKey;

    /// <summary>Takes the oldest run that waits or whose worker is silent; false when there is none.</summary>
    public async Task<bool> ClaimAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        List<TableEntity> open = [];
        await foreach (var entity in table.QueryAsync<TableEntity>($"PartitionKey eq '{Partition}' and (Status eq '{Pending}' or Status eq '{Running}')", cancellationToken: cancellation))
        {
            if (entity.GetString("Status") == Pending || entity.GetDateTimeOffset("Heartbeat") is not { } beat || now - beat > Stale) open.Add(entity);
        }

        foreach (var entity in open.OrderBy(e => e.GetDateTimeOffset("Created") ?? DateTimeOffset.MaxValue).ThenBy(e => e.RowKey, StringComparer.Ordinal))
        {
            (row, etag) = (entity, entity.ETag);
            if (await WriteAsync(Running, "claimed", entity.GetInt32("Attempt").GetValueOrDefault() + 1, null, cancellation)) return true;
        }

        return false;
    }

    /// <summary>Says that the worker is alive; false when another one has the run.</summary>
    public Task<bool> BeatAsync(string detail, CancellationToken cancellation) => WriteAsync(Running, detail, null, null, cancellation);

    /// <summary>Gives the run back for another worker.</summary>
    public Task<bool> ReleaseAsync(CancellationToken cancellation) => WriteAsync(Pending, "preempted", null, null, cancellation);

    public Task<bool> FailAsync(string detail, CancellationToken cancellation) => WriteAsync("Failed", detail, null, null, cancellation);

    /// <param name="manifest">SHA-256 of the manifest that was uploaded.</param>
    public Task<bool> SucceedAsync(string manifest, CancellationToken cancellation) => WriteAsync("Succeeded", "whole", null, manifest, cancellation);

    private async Task<bool> WriteAsync(string status, string detail, int? attempt, string? manifest, CancellationToken cancellation)
    {
        try
        {
            var now = clock.GetUtcNow();
            var change = new TableEntity(Partition, row.RowKey) { ["Status"] = status, ["Worker"] = worker, ["Heartbeat"] = now, ["Detail"] = detail[..Math.Min(detail.Length, 4000)] };
            if (attempt is { } number) change["Attempt"] = number;
            if (manifest is not null) change["Manifest"] = manifest;
            var response = await table.UpdateEntityAsync(change, etag, TableUpdateMode.Merge, cancellation);
            etag = response.Headers.ETag ?? etag;
            return true;
        }
        catch (RequestFailedException refused) when (refused.Status is 412 or 404)
        {
            return await IsMineAsync(status, cancellation);
        }
    }

    /// <summary>A write that was repeated after its answer got lost is refused although it was done: the row then shows this worker.</summary>
    private async Task<bool> IsMineAsync(string status, CancellationToken cancellation)
    {
        var found = await table.GetEntityIfExistsAsync<TableEntity>(Partition, row.RowKey, cancellationToken: cancellation);
        if (!found.HasValue || found.Value!.GetString("Worker") != worker || found.Value.GetString("Status") != status) return false;
        etag = found.Value.ETag;
        return true;
    }
}
