using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Tidemark.Retraining.Compute.ContainerApps;

/// <summary>Trains on a Container Apps job in claim mode, on a GPU where its workload profile has one.</summary>
public sealed partial class ContainerAppsCompute(
    TrainingRuns runs, StartNotes notes, TrainingJob job, IOptions<ComputeOptions> compute, IOptions<ContainerAppsOptions> options,
    RetrainingInstruments instruments, TimeProvider time, ILogger<ContainerAppsCompute> logger) : ITrainingCompute
{
    public const string ComputeName = "container-apps";

    public string Name => ComputeName;

    public async Task StartAsync(TrainingRunId run, CancellationToken cancellation)
    {
        var row = await ReadAsync(run, cancellation);
        var note = await notes.ReadAsync(run, cancellation);
        var life = Liveness.Of(row, note, time.GetUtcNow(), compute.Value);
        if (life.Sign is LifeSign.Ended or LifeSign.Alive) return;
        if (life.Sign == LifeSign.Waiting && note.Last is { } last && await job.IsUnderwayAsync(note.Execution, last, cancellation)) return;
        await StartAsync(row, note, note.Starts == 0 ? "first" : life.Sign == LifeSign.Silent ? "silent" : "preempted", cancellation);
    }

    public async Task<ComputeStatus> StatusAsync(TrainingRunId run, CancellationToken cancellation)
    {
        var row = await ReadAsync(run, cancellation);
        var note = await notes.ReadAsync(run, cancellation);
        var life = Liveness.Of(row, note, time.GetUtcNow(), compute.Value);
        if (life.Sign == LifeSign.Waiting && note.Last is { } last && time.GetUtcNow() - last >= options.Value.StartGrace && !await job.IsUnderwayAsync(note.Execution, last, cancellation))
            life = Lost(note);
        switch (life.Sign)
        {
            case LifeSign.Preempted:
                await StartAsync(row, note, "preempted", cancellation);
                break;
            case LifeSign.Silent:
                if (row.State == RunState.Running && row.WorkerName is { } worker) await job.StopAsync(worker, cancellation);
                await StartAsync(row, note, "silent", cancellation);
                break;
            case LifeSign.Hopeless:
                return (await GiveUpAsync(row, life.Reason!, cancellation)).Status();
        }

        return row.Status(life.Reason);
    }

    public async Task StopAsync(TrainingRunId run, CancellationToken cancellation)
    {
        var row = await runs.AskToStopAsync(run, "Stopped on request.", cancellation);
        // An execution that has claimed the run bears its name; one that has not finds nothing to claim, or another run.
        if (row is { State: RunState.Stopped, Attempt: > 0, WorkerName: { } worker }) await job.StopAsync(worker, cancellation);
    }

    /// <summary>The execution ended, or never came to be, and the run waits.</summary>
    private Liveness Lost(StartNote note)
    {
        string what = note.Execution is null ? "The job shows no execution that could take the run" : $"Execution {note.Execution} ended before it took the run";
        return note.Restarts < compute.Value.MaxRestarts
            ? new(LifeSign.Silent, $"{what}; started again.")
            : new(LifeSign.Hopeless, $"{what}, and the job was started again already ({note.Restarts} of {compute.Value.MaxRestarts}). Look at the job's log: image, identity, quota.");
    }

    private async Task StartAsync(TrainingRun row, StartNote note, string why, CancellationToken cancellation)
    {
        string? execution = await job.StartAsync(cancellation);
        await notes.NoteAsync(row, note, restart: why == "silent", execution, cancellation);
        instruments.Started(Name, why);
        LogStarted(row.Id, execution, why);
    }

    private async Task<TrainingRun> GiveUpAsync(TrainingRun row, string reason, CancellationToken cancellation)
    {
        var ended = await runs.FailAsync(row, reason, cancellation);
        if (ended.State != RunState.Failed) return ended;
        instruments.GivenUp(Name);
        LogGivenUp(row.Id, reason);
        if (row is { State: RunState.Running, WorkerName: { } worker }) await job.StopAsync(worker, cancellation);
        return ended;
    }

    private async Task<TrainingRun> ReadAsync(TrainingRunId run, CancellationToken cancellation) =>
        await runs.ReadAsync(run, cancellation) ?? throw new InvalidOperationException($"There is no training run '{run}'; insert it before it is started.");

    [LoggerMessage(Level = LogLevel.Information, Message = "Training run {Run}: job execution {Execution} started ({Why})")]
    private partial void LogStarted(TrainingRunId run, string? execution, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Training run {Run} failed: {Reason}")]
    private partial void LogGivenUp(TrainingRunId run, string reason);
}
