using Azure;
using Azure.Data.Tables;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Storage;

namespace Tidemark.BatchScoring.Jobs;

/// <summary>Jobs in table <c>batches</c>: inserted once, changed under their ETag.</summary>
public sealed class JobLedger(TableServiceClient service, BatchScoringInstruments instruments, TimeProvider time)
{
    private readonly TableClient table = service.GetTableClient(StorageNames.Tables.Batches);

    public async Task<JobRow?> FindAsync(JobId id, CancellationToken cancellation)
    {
        NullableResponse<JobRow> found = await table.GetEntityIfExistsAsync<JobRow>(JobRow.Partition, JobRow.Key(id), cancellationToken: cancellation);
        return found.HasValue ? found.Value : null;
    }

    /// <summary>Inserts the job with its line in the list of recent ones, unless it is there; returns the one that stands.</summary>
    public async Task<JobRow> InsertAsync(JobRow job, CancellationToken cancellation)
    {
        try
        {
            await table.SubmitTransactionAsync(
                [new(TableTransactionActionType.Add, job), new(TableTransactionActionType.Add, RecentRow.Of(job))], cancellation);
            instruments.Job(job.StateNow);
        }
        catch (RequestFailedException e) when (e.Status == 409 && !StorageOutage.Is(e))
        {
            // Another delivery of the event was first, or a try of our own whose answer was lost.
        }

        return await FindAsync(job.JobId, cancellation) ?? throw new InvalidOperationException($"The job {job.Id} can't be read back.");
    }

    /// <summary>
    /// Changes the job as it stands when <paramref name="change"/> wants it; repeats when another change came between. The job as it then
    /// stands; null when there is none.
    /// </summary>
    public async Task<JobRow?> ChangeAsync(JobId id, Func<JobRow, bool> change, CancellationToken cancellation)
    {
        while (await FindAsync(id, cancellation) is { } job)
        {
            BatchState before = job.StateNow;
            if (!change(job))
                return job;
            try
            {
                Response written = await table.UpdateEntityAsync(job, job.ETag, TableUpdateMode.Replace, cancellation);
                job.ETag = written.Headers.ETag ?? job.ETag;
                if (job.StateNow != before)
                    instruments.Job(job.StateNow);
                return job;
            }
            catch (RequestFailedException e) when (e.Status == 412)
            {
                // Changed meanwhile, perhaps by a try of our own whose answer was lost: look again.
            }
        }

        return null;
    }

    public Task<JobRow?> FailAsync(JobId id, Failure failure, CancellationToken cancellation) => ChangeAsync(
        id,
        job =>
        {
            bool open = job.StateNow.IsOpen();
            if (open)
                job.Fail(failure, time.GetUtcNow());
            return open;
        },
        cancellation);

    /// <summary>The newest jobs after <paramref name="after"/> (a row key, or null), of a model or a source when they are given.</summary>
    public AsyncPageable<RecentRow> RecentAsync(string? after, string? model, string? source, CancellationToken cancellation)
    {
        string filter = TableClient.CreateQueryFilter($"PartitionKey eq {JobRow.Partition} and RowKey gt {after ?? RecentRow.Prefix} and RowKey lt {"new;"}");
        if (model is not null)
            filter += TableClient.CreateQueryFilter($" and Model eq {model}");
        if (source is not null)
            filter += TableClient.CreateQueryFilter($" and Source eq {source}");
        return table.QueryAsync<RecentRow>(filter, cancellationToken: cancellation);
    }
}
