using Azure;
using Azure.Data.Tables;
using Tidemark.Platform.Storage;

namespace Tidemark.BatchScoring.Jobs;

/// <summary>
/// Shards in table <c>shards</c>. A row changes only under its ETag, and each claim writes a new owner: whoever was slower learns it at its
/// next change and stops. After a lost answer, 412 may mean that our own change arrived: the owner tells.
/// </summary>
public sealed class ShardLedger(TableServiceClient service)
{
    private readonly TableClient table = service.GetTableClient(StorageNames.Tables.Shards);

    /// <summary>Adds a shard unless it is there: plans of one file are alike. False: another planner, or another try of ours, was first.</summary>
    public async Task<bool> AddAsync(ShardRow shard, CancellationToken cancellation)
    {
        try
        {
            Response added = await table.AddEntityAsync(shard, cancellation);
            shard.ETag = added.Headers.ETag ?? throw new InvalidOperationException("The table gave no ETag.");
            return true;
        }
        catch (RequestFailedException e) when (e.Status == 409 && !StorageOutage.Is(e))
        {
            return false;
        }
    }

    public async Task<ShardRow?> FindAsync(JobId job, int index, CancellationToken cancellation)
    {
        NullableResponse<ShardRow> found = await table.GetEntityIfExistsAsync<ShardRow>(job.ToString(), ShardRow.Key(index), cancellationToken: cancellation);
        return found.HasValue ? found.Value : null;
    }

    /// <summary>Makes the caller the owner of a shard that is not finished; null when it is finished or another was faster.</summary>
    public async Task<ShardRow?> ClaimAsync(ShardRow shard, CancellationToken cancellation)
    {
        if (shard.IsFinished)
            return null;
        shard.Claim();
        return await TryWriteAsync(shard, cancellation) ? shard : null;
    }

    /// <summary>Writes the owner's news. False: the shard is another's by now.</summary>
    public async Task<bool> TryWriteAsync(ShardRow shard, CancellationToken cancellation)
    {
        try
        {
            Response written = await table.UpdateEntityAsync(shard, shard.ETag, TableUpdateMode.Replace, cancellation);
            shard.ETag = written.Headers.ETag ?? throw new InvalidOperationException("The table gave no ETag.");
            return true;
        }
        catch (RequestFailedException e) when (e.Status == 412)
        {
            NullableResponse<ShardRow> found = await table.GetEntityIfExistsAsync<ShardRow>(shard.PartitionKey, shard.RowKey, cancellationToken: cancellation);
            bool mine = found is { HasValue: true, Value: { } stored } && stored.Owner == shard.Owner && stored.State == shard.State && stored.Progress == shard.Progress;
            if (mine)
                shard.ETag = found.Value!.ETag;
            return mine;
        }
    }

    /// <summary>Whether any shard of the job is still to be done.</summary>
    public async Task<bool> AnyOpenAsync(JobId job, CancellationToken cancellation)
    {
        int done = (int)ShardState.Done;
        string filter = TableClient.CreateQueryFilter($"PartitionKey eq {job.ToString()} and State lt {done}");
        await foreach (TableEntity _ in table.QueryAsync<TableEntity>(filter, maxPerPage: 1, ["RowKey"], cancellation))
            return true;
        return false;
    }

    /// <summary>All shards of the job in order.</summary>
    public async Task<List<ShardRow>> AllAsync(JobId job, CancellationToken cancellation)
    {
        var shards = new List<ShardRow>();
        await foreach (ShardRow shard in table.QueryAsync<ShardRow>(TableClient.CreateQueryFilter($"PartitionKey eq {job.ToString()}"), cancellationToken: cancellation))
            shards.Add(shard);
        return shards;
    }

    /// <summary>Rows that the workers have read so far.</summary>
    public async Task<long> ProgressAsync(JobId job, CancellationToken cancellation)
    {
        long rows = 0;
        string filter = TableClient.CreateQueryFilter($"PartitionKey eq {job.ToString()}");
        await foreach (TableEntity shard in table.QueryAsync<TableEntity>(filter, select: [nameof(ShardRow.Progress)], cancellationToken: cancellation))
            rows += shard.GetInt64(nameof(ShardRow.Progress)) ?? 0;
        return rows;
    }
}
