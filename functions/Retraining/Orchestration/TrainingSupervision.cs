using Tidemark.Retraining.Compute;
using Tidemark.Retraining.Records;

namespace Tidemark.Retraining.Orchestration;

/// <summary>Lets the run be trained, and keeps the record of how it goes.</summary>
public sealed class TrainingSupervision(RetrainingRecords records, TrainingComputes computes)
{
    public async Task<StepOutcome> StartAsync(RetrainingId id, CancellationToken cancellation)
    {
        OpenRetraining open = await records.EnterAsync(id, RetrainingState.Training, cancellation);
        var compute = computes.Find(open.Row.Compute);
        if (!compute.Ok) return await EndAsync(id, compute.Failure.Detail, 0, cancellation);
        await records.ChangeAsync(id, row =>
        {
            bool first = row.ComputeFrom is null;
            row.ComputeFrom ??= records.Now;
            return first;
        }, cancellation);
        await compute.Value.StartAsync(TrainingRunId.Parse(id.ToString()).Value, cancellation);
        return StepOutcome.GoOn($"Started on {open.Row.Compute}.");
    }

    public async Task<TrainingProgress> PollAsync(RetrainingId id, CancellationToken cancellation)
    {
        OpenRetraining open = await records.EnterAsync(id, RetrainingState.Training, cancellation);
        var compute = computes.Find(open.Row.Compute);
        if (!compute.Ok) return new(true, await EndAsync(id, compute.Failure.Detail, 0, cancellation));
        ComputeStatus status = await compute.Value.StatusAsync(TrainingRunId.Parse(id.ToString()).Value, cancellation);
        RetrainingRow row = await records.ChangeAsync(id, r => Note(r, status), cancellation);
        double minutes = row.ComputeMinutes(records.Now);
        if (!status.Ended) return new(false, StepOutcome.GoOn(status.Reason ?? status.Step ?? ""));
        if (status.State != RunState.Succeeded) return new(true, await EndAsync(id, status.Reason ?? $"The training has {status.State}.", minutes, cancellation));
        var decision = Decision.Of("training", true, $"Trained on {open.Row.Compute}.", records.Now, ("computeMinutes", minutes));
        await records.DecideAsync(id, decision, cancellation);
        return new(true, StepOutcome.GoOn(decision.Sentence));
    }

    private bool Note(RetrainingRow row, ComputeStatus status)
    {
        if (row.State != RetrainingState.Training) return false;
        (row.Progress, row.ProgressStep, row.Eta) = (status.Progress, status.Step, status.Remaining is { } left ? records.Now + left : null);
        if (status.Ended) row.ComputeTo ??= records.Now;
        return true;
    }

    private async Task<StepOutcome> EndAsync(RetrainingId id, string why, double minutes, CancellationToken cancellation)
    {
        await records.DecideAsync(id, Decision.Of("training", false, why, records.Now, ("computeMinutes", minutes)), cancellation);
        return new(RetrainingState.Failed, why);
    }
}
