using Tidemark.BatchScoring.Jobs;

namespace Tidemark.BatchScoring.Planning;

/// <summary>Makes shards of records: a shard ends before the first record that begins at least so many bytes, or so many rows, after its own beginning.</summary>
/// <param name="job">The job.</param>
/// <param name="cut">Sizes of the shards.</param>
/// <param name="offset">Bytes of the stored text before the one that is counted from: a byte order mark.</param>
/// <param name="first">Where the first data row may begin: after the header line.</param>
internal sealed class ShardCutter(JobId job, ShardCut cut, long offset, long first)
{
    private readonly List<ShardRow> finished = [];
    private long start = first, rows;

    /// <summary>Shards so far, without the one under way.</summary>
    public int Count { get; private set; }

    public long Rows { get; private set; }

    /// <summary>Takes records by where they begin.</summary>
    public void Take(IReadOnlyList<long> starts)
    {
        for (int i = 0; i < starts.Count; i++)
        {
            if (rows > 0 && (starts[i] - start >= cut.ShardBytes || rows == cut.ShardRows))
                End(starts[i]);
            rows++;
        }
    }

    /// <summary>The shard under way ends here.</summary>
    public void End(long end)
    {
        if (rows == 0)
            return;
        finished.Add(new ShardRow
        {
            PartitionKey = job.ToString(),
            RowKey = ShardRow.Key(Count),
            Start = offset + start,
            End = offset + end,
            FirstRow = Rows,
            Rows = rows,
        });
        Count++;
        Rows += rows;
        (start, rows) = (end, 0);
    }

    /// <summary>The shards that were finished since the last call.</summary>
    public IReadOnlyList<ShardRow> Finished()
    {
        ShardRow[] taken = [.. finished];
        finished.Clear();
        return taken;
    }
}
