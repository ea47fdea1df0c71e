using Tidemark.Retraining.Records;

namespace Tidemark.Retraining.Orchestration;

/// <summary>What the orchestration goes by: figures of the policy, fixed when it begins.</summary>
/// <param name="Ended">The retraining has ended already; there is nothing to do.</param>
/// <param name="StartedBy">Who may not approve it.</param>
public sealed record FlowPlan(
    bool Ended, string StartedBy, TimeSpan Poll, TimeSpan LongestPoll, TimeSpan LongestRun,
    bool ApprovalRequired, TimeSpan ApprovalDeadline, TimeSpan ApprovalReminder, TimeSpan WatchFor, TimeSpan WatchEvery);

/// <summary>What a step came to: go on, or end so, and why. Failures are values here; no exception's type is ever looked at.</summary>
/// <param name="End">How the retraining ends; null: it goes on.</param>
/// <param name="Sentence">In words.</param>
public sealed record StepOutcome(RetrainingState? End, string Sentence)
{
    public static StepOutcome GoOn(string sentence) => new(null, sentence);
}

/// <summary>How the training run stands.</summary>
public sealed record TrainingProgress(bool Ended, StepOutcome Outcome);

/// <summary>How a retraining ends.</summary>
public sealed record Conclusion(string Id, StepOutcome Outcome);

/// <summary>A step that comes several times.</summary>
/// <param name="Number">From 1 on.</param>
public sealed record NumberedStep(string Id, int Number);

/// <summary>A step that is asked for with a reason.</summary>
public sealed record ReasonedStep(string Id, string Reason);

/// <summary>Event <c>Cancel</c>: somebody wants it stopped.</summary>
public sealed record CancelWish(string By, string Reason);

/// <summary>Event <c>Approval</c>: somebody has said yes or no.</summary>
public sealed record ApprovalWish(bool Approved, string By, string Reason);

/// <summary>What somebody has said, to be written down.</summary>
public sealed record ApprovalNote(string Id, ApprovalWish Wish);

/// <summary>What <see cref="RetrainingOrchestrationFunction"/> listens to.</summary>
public static class FlowEvents
{
    public const string Cancel = "Cancel";
    public const string Approval = "Approval";

    /// <summary>The training run has ended: it is looked at at once. Without it, at the next poll.</summary>
    public const string TrainingEnded = "TrainingEnded";
}
