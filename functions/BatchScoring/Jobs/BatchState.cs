namespace Tidemark.BatchScoring.Jobs;

/// <summary>Where a job stands.</summary>
public enum BatchState
{
    /// <summary>Known, and not yet cut into shards.</summary>
    Pending,

    /// <summary>Shards are being found and scored.</summary>
    Running,

    /// <summary>Every shard is done; the result is being put together. Too late to cancel.</summary>
    Committing,

    Completed,

    /// <summary>Complete, but shards that could not be scored went to quarantine whole.</summary>
    CompletedWithFailures,

    /// <summary>There is no result; the failure says why and what to do.</summary>
    Failed,

    Cancelled,
}

/// <summary>Where a shard stands. From <see cref="Done"/> on its row never changes.</summary>
public enum ShardState
{
    Waiting,
    Running,
    Done,

    /// <summary>Given up: all of its rows are in quarantine with the reason.</summary>
    Poisoned,
}

internal static class BatchStates
{
    public static bool IsFinal(this BatchState state) => state >= BatchState.Completed;

    public static bool IsOpen(this BatchState state) => state is BatchState.Pending or BatchState.Running;
}
