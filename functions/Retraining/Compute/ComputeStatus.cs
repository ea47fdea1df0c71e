namespace Tidemark.Retraining.Compute;

/// <summary>How a training run stands; the words of the row's <c>Status</c>.</summary>
public enum RunState
{
    /// <summary>No worker has it: nobody has taken it yet, or the last one gave it back.</summary>
    Pending,

    /// <summary>A worker has claimed it.</summary>
    Running,

    /// <summary>Every file is stored; <c>manifest.json</c> is there.</summary>
    Succeeded,

    /// <summary>It will not end well; the reason says why.</summary>
    Failed,

    /// <summary>Somebody asked that it be stopped.</summary>
    Stopped,
}

/// <param name="Progress">How much of the present step is done, 0 to 1; null where the worker has said nothing.</param>
/// <param name="Step">What the worker does, in its word: read, linear, trees…</param>
/// <param name="Remaining">The worker's own estimate for the step.</param>
/// <param name="Heartbeat">The worker's last sign of life.</param>
/// <param name="Reason">Why it failed, was stopped, was started again or still waits, in a sentence; null when there is nothing to say.</param>
public sealed record ComputeStatus(RunState State, double? Progress, string? Step, TimeSpan? Remaining, DateTimeOffset? Heartbeat, string? Reason)
{
    /// <summary>Whether the state is final.</summary>
    public bool Ended => State is RunState.Succeeded or RunState.Failed or RunState.Stopped;
}
