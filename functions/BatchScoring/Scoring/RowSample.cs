using Tidemark.BatchScoring.Jobs;
using Tidemark.BatchScoring.Planning;
using Tidemark.Platform.PredictionLog;
using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Readers;

namespace Tidemark.BatchScoring.Scoring;

/// <summary>
/// The rows of a shard that enter the prediction log, so that drift sees batches too. Which ones follows from the job and the row's number, and
/// their file's name from job and shard: a shard that is scored again writes the same file again.
/// </summary>
internal sealed class RowSample(BatchPlan plan, ShardRow shard, LogStore store, LogPolicy policy, double most) : IDisposable
{
    private readonly PredictionId job = PredictionId.OfJob(plan.Job, plan.Created);
    private readonly LogFile file = new(plan.Version, LogNames.FromBatch, policy);

    /// <summary>The share that is kept.</summary>
    private readonly double rate = Math.Min(policy.SampleRate, most);

    public void Take(TableReader reader, FeatureTensors features, Table table, ReadOnlySpan<int> rows, PredictedValues values, RowKey keys)
    {
        (Table Input, Table Output)? tables = null;
        for (int i = 0; i < rows.Length; i++)
        {
            PredictionId id = job.OfRow(shard.FirstRow + reader.Batch.FirstRow + rows[i]);
            if (!id.IsSampled(rate) || values.NotFinite(i) is not null)
                continue;
            tables ??= (features.Features(table), values.ToTable(rows, table.Rows));
            file.Add(new LogEntry(id, plan.Created, 0, rate, plan.Job, keys.Of(reader, rows[i])), tables.Value.Input, tables.Value.Output, rows[i]);
        }
    }

    public Task StoreAsync(CancellationToken cancellation) => file.Rows == 0
        ? Task.CompletedTask
        : store.WriteAsync(LogNames.BatchFile(plan.Model, plan.Created, plan.Job, shard.Index), file, cancellation);

    public void Dispose() => file.Dispose();
}
