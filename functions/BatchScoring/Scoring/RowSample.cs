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
    private readonly List<int> taken = [];

    /// <summary>The share that is kept.</summary>
    private readonly double rate = Math.Min(policy.SampleRate, most);

    /// <summary>Chooses first, so that rows which are not kept cost next to nothing.</summary>
    /// <param name="reader">Has read the rows.</param>
    /// <param name="features">Knows the columns that went in.</param>
    /// <param name="table">Has their cells.</param>
    /// <param name="rows">Rows of the table that were scored.</param>
    /// <param name="values">What came out, in the order of <paramref name="rows"/>.</param>
    /// <param name="keys">The rows' own keys.</param>
    public void Take(TableReader reader, FeatureTensors features, Table table, ReadOnlySpan<int> rows, PredictedValues values, RowKey keys)
    {
        long first = shard.FirstRow + reader.Batch.FirstRow;
        taken.Clear();
        for (int i = 0; i < rows.Length; i++)
        {
            if (job.OfRow(first + rows[i]).IsSampled(rate) && values.NotFinite(i) is null)
                taken.Add(i);
        }

        if (taken.Count == 0)
            return;
        Table input = features.Features(table), output = values.ToTable(taken);
        for (int i = 0; i < taken.Count; i++)
        {
            int row = rows[taken[i]];
            file.Add(new LogEntry(job.OfRow(first + row), plan.Created, 0, rate, plan.Job, keys.Of(reader, row)), input, row, output, i);
        }
    }

    public Task StoreAsync(CancellationToken cancellation) => file.Rows == 0
        ? Task.CompletedTask
        : store.WriteAsync(LogNames.BatchFile(plan.Model, plan.Created, plan.Job, shard.Index), file, cancellation);

    public void Dispose() => file.Dispose();
}
