using System.Globalization;
using Azure;
using Azure.Data.Tables;

namespace Tidemark.BatchScoring.Jobs;

/// <summary>A shard in table <c>shards</c>, in the partition of its job: which bytes and rows it is, who works on it, what came of it.</summary>
public sealed class ShardRow : ITableEntity
{
    public string PartitionKey { get; set; } = "";

    public string RowKey { get; set; } = "";

    public DateTimeOffset? Timestamp { get; set; }

    public ETag ETag { get; set; }

    public int State { get; set; }

    /// <summary>First byte of the text.</summary>
    public long Start { get; set; }

    /// <summary>Byte after the last.</summary>
    public long End { get; set; }

    /// <summary>Number of its first data row in the file.</summary>
    public long FirstRow { get; set; }

    public long Rows { get; set; }

    /// <summary>How often a worker has begun it; part of the names of the blocks, so that a slow twin's blocks are never taken for the winner's.</summary>
    public int Attempt { get; set; }

    /// <summary>Who began it last.</summary>
    public string? Owner { get; set; }

    /// <summary>How often a worker has given it up with an error.</summary>
    public int Failures { get; set; }

    public string? LastError { get; set; }

    /// <summary>Rows read by the attempt under way or the final one.</summary>
    public long Progress { get; set; }

    public long Scored { get; set; }

    public long Quarantined { get; set; }

    public int ResultBlocks { get; set; }

    public long ResultBytes { get; set; }

    public string? ResultSha256 { get; set; }

    public int QuarantineBlocks { get; set; }

    public long QuarantineBytes { get; set; }

    /// <summary>The <see cref="Scoring.ShardSummary"/> as JSON.</summary>
    public string? Summary { get; set; }

    public double Seconds { get; set; }

    internal ShardState StateNow
    {
        get => (ShardState)State;
        set => State = (int)value;
    }

    internal bool IsFinished => StateNow >= ShardState.Done;

    internal int Index => int.Parse(RowKey, CultureInfo.InvariantCulture);

    /// <summary>Begins another attempt, of a new owner.</summary>
    internal void Claim()
    {
        (Owner, Progress, StateNow) = (Guid.NewGuid().ToString("N"), 0, ShardState.Running);
        Attempt++;
    }

    public static string Key(int index) => index.ToString("D6", CultureInfo.InvariantCulture);
}
