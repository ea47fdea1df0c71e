using Microsoft.Extensions.Options;
using Tidemark.Platform.Alerts;
using Tidemark.Retraining.Compute;
using Tidemark.Retraining.Records;

namespace Tidemark.Retraining.Orchestration;

/// <summary>Where a retraining begins and ends.</summary>
public sealed class Openings(RetrainingRecords records, TrainingComputes computes, TrainingRuns runs, AlertSender alerts, RetrainingInstruments instruments, IOptions<RetrainingOptions> options)
{
    private const string Runbook = "docs/retraining.md#what-to-do-when-a-run-fails";

    public async Task<FlowPlan> BeginAsync(RetrainingId id, CancellationToken cancellation)
    {
        OpenRetraining open = await records.EnterAsync(id, RetrainingState.Freezing, cancellation);
        var policy = open.Policy;
        return new(
            open.Row.State.IsEnd(), open.Row.StartedBy, options.Value.Poll, options.Value.LongestPoll, TimeSpan.FromMinutes(policy.Budget.MinutesARun),
            policy.Approval.Required, policy.Approval.DeadlineOrUsual, policy.Approval.ReminderOrUsual, policy.Watch.Duration, policy.Watch.Every);
    }

    /// <summary>Writes the end down, tells people, and leaves no training running. Safe to repeat: what is told has the same id.</summary>
    public async Task ConcludeAsync(RetrainingId id, StepOutcome outcome, CancellationToken cancellation)
    {
        await StopTrainingAsync(id, cancellation);
        RetrainingState end = outcome.End ?? RetrainingState.Kept;
        RetrainingRow row = await records.FindAsync(id, cancellation) ?? throw new InvalidOperationException($"The retraining {id} was there and is not.");
        await alerts.SendAsync(AlertOf(id, row, end, outcome.Sentence), cancellation);
        bool ended = false;
        await records.ChangeAsync(id, r => ended = r.End(end, outcome.Sentence, records.Now), cancellation);
        if (ended) instruments.Ended(id.Model.ToString(), RetrainingView.Word(end));
    }

    private async Task StopTrainingAsync(RetrainingId id, CancellationToken cancellation)
    {
        TrainingRunId run = TrainingRunId.Parse(id.ToString()).Value;
        if (await runs.ReadAsync(run, cancellation) is not { Ended: false } open || computes.Find(open.Compute) is not { Ok: true } compute) return;
        await compute.Value.StopAsync(run, cancellation);
    }

    private Alert AlertOf(RetrainingId id, RetrainingRow row, RetrainingState end, string sentence) => new()
    {
        Model = id.Model.ToString(),
        Kind = "retraining",
        Severity = end switch
        {
            RetrainingState.RolledBack => AlertSeverity.Critical,
            RetrainingState.Failed or RetrainingState.Blocked or RetrainingState.Refused or RetrainingState.Expired => AlertSeverity.Warning,
            _ => AlertSeverity.Info,
        },
        Title = $"{id.Model}: retraining {RetrainingView.Word(end)}",
        Detail = $"{sentence} It was asked for because: {row.Reason} GET /api/retrainings/{id} has the figures, /report the page.",
        Subject = id.ToString(),
        Window = RetrainingView.Word(end),
        Time = records.Now,
        Runbook = Runbook,
    };
}
