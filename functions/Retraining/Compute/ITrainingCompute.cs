namespace Tidemark.Retraining.Compute;

/// <summary>
/// Where trainers run. A run is inserted first (<see cref="TrainingRuns.InsertAsync"/>); then it is started, asked about until it has ended, or
/// stopped. Every call may be repeated, by any host: at most one worker works on a run, since workers claim its row.
/// </summary>
public interface ITrainingCompute
{
    /// <summary><c>container-apps</c>, <c>local</c> or <c>external</c>, as policies name it.</summary>
    string Name { get; }

    /// <summary>Sees to it that a worker takes the run; does nothing where one has it or the run has ended.</summary>
    /// <exception cref="Azure.RequestFailedException">Storage or Azure did not take the request, after the client's own tries; try again later.</exception>
    Task StartAsync(TrainingRunId run, CancellationToken cancellation);

    /// <summary>How the run stands, after what had to be done about it: a worker that fell silent or was preempted is replaced, a run that nobody can save is failed.</summary>
    Task<ComputeStatus> StatusAsync(TrainingRunId run, CancellationToken cancellation);

    /// <summary>Stops the run unless it has ended. Its worker ends at its next heartbeat at the latest.</summary>
    Task StopAsync(TrainingRunId run, CancellationToken cancellation);
}
