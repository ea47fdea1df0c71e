using Microsoft.Extensions.Options;

namespace Tidemark.Retraining.Compute.External;

/// <summary>Somebody else's cluster trains: it takes the run and answers by signed requests. Starting is waiting.</summary>
public sealed class ExternalCompute(TrainingRuns runs, IOptions<ExternalOptions> options, RetrainingInstruments instruments, TimeProvider time) : ITrainingCompute
{
    public const string ComputeName = "external";

    public string Name => ComputeName;

    public async Task StartAsync(TrainingRunId run, CancellationToken cancellation) => _ = await ReadAsync(run, cancellation);

    public async Task<ComputeStatus> StatusAsync(TrainingRunId run, CancellationToken cancellation)
    {
        var row = await ReadAsync(run, cancellation);
        if (row.Ended) return row.Status();
        if (time.GetUtcNow() - row.Created <= options.Value.Deadline) return row.Status(row.State == RunState.Pending ? "Waits for a cluster to take it." : null);
        string last = row.Heartbeat is { } sign ? $"; the last word came at {sign.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z" : "; no cluster ever took it";
        var ended = await runs.FailAsync(row, $"No result within {options.Value.Deadline}{last}.", cancellation);
        if (ended.State == RunState.Failed) instruments.GivenUp(Name);
        return ended.Status();
    }

    public async Task StopAsync(TrainingRunId run, CancellationToken cancellation) => await runs.AskToStopAsync(run, "Stopped on request.", cancellation);

    private async Task<TrainingRun> ReadAsync(TrainingRunId run, CancellationToken cancellation) =>
        await runs.ReadAsync(run, cancellation) ?? throw new InvalidOperationException($"There is no training run '{run}'; insert it before it is started.");
}
