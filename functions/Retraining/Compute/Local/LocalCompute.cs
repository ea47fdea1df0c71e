using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tidemark.Platform.Storage;

namespace Tidemark.Retraining.Compute.Local;

/// <summary>
/// Trains beside the host: a child process in claim mode for each run that waits, a few at a time. A host that dies leaves its runs to the next one
/// that is asked about them: the row tells, not this memory.
/// </summary>
public sealed partial class LocalCompute(
    TrainingRuns runs, StartNotes notes, StorageConnection storage, IOptions<ComputeOptions> compute, IOptions<LocalOptions> options,
    RetrainingInstruments instruments, TimeProvider time, ILogger<LocalCompute> logger) : ITrainingCompute, IAsyncDisposable
{
    public const string ComputeName = "local";

    private const int Preempted = 75;
    private readonly ConcurrentDictionary<TrainingRunId, Task> underway = new();
    private readonly ConcurrentDictionary<string, TrainerChild> children = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim slots = new(options.Value.Processes);
    private readonly CancellationTokenSource ending = new();

    public string Name => ComputeName;

    /// <summary>Process ids of the trainers at work here.</summary>
    internal IEnumerable<int> Processes => children.Values.Select(c => c.Id);

    public async Task StartAsync(TrainingRunId run, CancellationToken cancellation)
    {
        if ((await LookAsync(run, cancellation)).Life.Sign is not (LifeSign.Ended or LifeSign.Alive)) Begin(run);
    }

    public async Task<ComputeStatus> StatusAsync(TrainingRunId run, CancellationToken cancellation)
    {
        var (row, _, life) = await LookAsync(run, cancellation);
        if (life.Sign is LifeSign.Ended or LifeSign.Alive || underway.ContainsKey(run)) return row.Status(life.Reason);
        // A queue of runs is no reason to give one up; a worker that took it and fell silent is.
        if (life.Sign == LifeSign.Hopeless && row.State == RunState.Running) return (await GiveUpAsync(row, life.Reason!, cancellation)).Status();
        Begin(run);
        return row.Status(life.Reason);
    }

    public async Task StopAsync(TrainingRunId run, CancellationToken cancellation)
    {
        var row = await runs.AskToStopAsync(run, "Stopped on request.", cancellation);
        if (row is { State: RunState.Stopped, WorkerName: { } worker } && children.TryGetValue(worker, out var child)) await child.StopAsync(options.Value.StopPatience, time);
    }

    /// <summary>Preempts what works here; other hosts, or this one when it is back, go on from the checkpoints.</summary>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await Task.WhenAll(children.Values.Select(child => child.StopAsync(options.Value.StopPatience, time)));
        await Task.WhenAll(underway.Values);
        ending.Dispose();
        slots.Dispose();
    }

    private void Begin(TrainingRunId run)
    {
        var work = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (ending.IsCancellationRequested || !underway.TryAdd(run, work.Task)) return;
        _ = Task.Run(async () =>
        {
            try
            {
                await WorkAsync(run);
            }
            catch (OperationCanceledException)
            {
                // The host ends; whoever asks for the status next begins again.
            }
            catch (Exception e)
            {
                LogLeft(e, run);
            }
            finally
            {
                underway.TryRemove(run, out _);
                work.SetResult();
            }
        });
    }

    private async Task WorkAsync(TrainingRunId run)
    {
        await slots.WaitAsync(ending.Token);
        try
        {
            while (await TrainAsync(run)) ending.Token.ThrowIfCancellationRequested();
        }
        finally
        {
            slots.Release();
        }
    }

    /// <summary>Runs a trainer if the run waits for one; whether to look again.</summary>
    private async Task<bool> TrainAsync(TrainingRunId run)
    {
        var (row, note, life) = await LookAsync(run, ending.Token);
        if (life.Sign is LifeSign.Ended or LifeSign.Alive) return false;
        if (row.Attempt >= compute.Value.MaxStarts || (life.Sign == LifeSign.Hopeless && row.State == RunState.Running))
        {
            await GiveUpAsync(row, life.Sign == LifeSign.Hopeless ? life.Reason! : $"Taken {row.Attempt} times, and no worker ended it.", ending.Token);
            return false;
        }

        string worker = $"local-{Environment.MachineName}-{Guid.NewGuid():N}";
        var started = TrainerChild.Start(options.Value.Words(), worker, options.Value.Threads, storage.ConnectionString);
        if (!started.Ok)
        {
            await GiveUpAsync(row, started.Failure.Detail, ending.Token);
            return false;
        }

        using var child = started.Value;
        children[worker] = child;
        string why = note.Starts == 0 ? "first" : life.Sign == LifeSign.Silent ? "silent" : "preempted";
        await notes.NoteAsync(row, note, restart: why == "silent", worker, CancellationToken.None);
        instruments.Started(Name, why);
        LogStarted(run, worker, child.Id, why);
        // Started while the host began to end: nobody else will stop it.
        if (ending.IsCancellationRequested) await child.StopAsync(options.Value.StopPatience, time);
        int code = await child.ExitedAsync();
        children.TryRemove(worker, out _);
        LogEnded(worker, code);
        await AfterAsync(child, code, run);
        return true;
    }

    /// <summary>
    /// A trainer that ended without a word leaves its run in its name, and one that took none leaves the run waiting: either way it is tried again
    /// once. Trainers take the oldest run, so that this one may have worked on another.
    /// </summary>
    private async Task AfterAsync(TrainerChild child, int code, TrainingRunId run)
    {
        var taken = await runs.TakenByAsync(child.Worker, CancellationToken.None);
        var left = taken ?? (await LookAsync(run, CancellationToken.None)).Row;
        bool waits = taken is null ? left.State == RunState.Pending : left.State == RunState.Running;
        if (code == Preempted || !waits) return;
        string said = $"Trainer {child.Worker} ended with exit code {code}{(taken is null ? " before it took the run" : "")}{(child.LastWord.Length > 0 ? $": {child.LastWord}" : ".")}";
        var note = await notes.ReadAsync(left.Id, CancellationToken.None);
        if (note.Restarts >= compute.Value.MaxRestarts)
        {
            await GiveUpAsync(left, taken is null ? $"{said} Look at Compute__Local__Command." : said, CancellationToken.None);
            return;
        }

        if (taken is not null) await runs.ReleaseAsync(taken, said, CancellationToken.None);
        await notes.NoteAsync(left, note, restart: true, child.Worker, CancellationToken.None);
        instruments.Started(Name, "died");
    }

    private async Task<(TrainingRun Row, StartNote Note, Liveness Life)> LookAsync(TrainingRunId run, CancellationToken cancellation)
    {
        var row = await runs.ReadAsync(run, cancellation) ?? throw new InvalidOperationException($"There is no training run '{run}'; insert it before it is started.");
        var note = await notes.ReadAsync(run, cancellation);
        return (row, note, Liveness.Of(row, note, time.GetUtcNow(), compute.Value));
    }

    private async Task<TrainingRun> GiveUpAsync(TrainingRun row, string reason, CancellationToken cancellation)
    {
        var ended = await runs.FailAsync(row, reason, cancellation);
        if (ended.State == RunState.Failed) instruments.GivenUp(Name);
        LogGivenUp(row.Id, reason);
        return ended;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Training run {Run}: trainer {Worker} started as process {Process} ({Why})")]
    private partial void LogStarted(TrainingRunId run, string worker, int process, string why);

    [LoggerMessage(Level = LogLevel.Information, Message = "Trainer {Worker} ended with exit code {Code}")]
    private partial void LogEnded(string worker, int code);

    [LoggerMessage(Level = LogLevel.Error, Message = "Training run {Run} is left until its status is asked for again")]
    private partial void LogLeft(Exception e, TrainingRunId run);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Training run {Run} failed: {Reason}")]
    private partial void LogGivenUp(TrainingRunId run, string reason);
}
