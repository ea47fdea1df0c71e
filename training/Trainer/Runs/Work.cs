namespace Tidemark.Trainer.Runs;

/// <summary>What a fit needs beside its data: threads, time, checkpoints, a voice, and word of when to stop.</summary>
/// <param name="Problem">What is to be learned.</param>
/// <param name="Threads">Threads that a fit may use; the result does not depend on them.</param>
/// <param name="Trials">Most settings to try.</param>
/// <param name="Checkpoints">Where state goes.</param>
/// <param name="Progress">Where progress is told.</param>
/// <param name="Clock">Time.</param>
/// <param name="Stop">Cancelled when the process is asked to end.</param>
internal sealed record Work(Problem Problem, int Threads, int Trials, Checkpoints Checkpoints, Progress Progress, TimeProvider Clock, CancellationToken Stop)
{
    private static readonly TimeSpan CheckpointPause = TimeSpan.FromSeconds(10);
    private long lastCheckpoint = Clock.GetTimestamp();

    /// <summary>Seconds of the whole run after which no new setting is tried; a candidate has its share.</summary>
    public required double Deadline { get; init; }

    public bool OutOfTime => Checkpoints.Spent > Deadline;

    public ParallelOptions Parallel => new() { MaxDegreeOfParallelism = Threads };

    /// <summary>
    /// To be called where a fit can be interrupted: saves now and then, and when asked to stop saves and leaves with
    /// <see cref="OperationCanceledException"/>.
    /// </summary>
    public void MayPause(string unit, Action<BinaryWriter> save)
    {
        bool stop = Stop.IsCancellationRequested;
        if (stop || Clock.GetElapsedTime(lastCheckpoint) >= CheckpointPause)
        {
            Checkpoints.Write(unit, save);
            lastCheckpoint = Clock.GetTimestamp();
        }

        Stop.ThrowIfCancellationRequested();
    }
}
