using Microsoft.Azure.Functions.Worker;
using Tidemark.Retraining.Promotion;
using Tidemark.Retraining.Records;

namespace Tidemark.Retraining.Orchestration;

/// <summary>Activities from approval to the end of the watch.</summary>
public sealed class ReleaseFunctions(Approvals approvals, ChampionMoves moves, ChampionWatch watch)
{
    [Function(nameof(AskForApproval))]
    public Task<StepOutcome> AskForApproval([ActivityTrigger] NumberedStep step, CancellationToken cancellation) => approvals.AskAsync(RetrainingId.Parse(step.Id).Value, step.Number, cancellation);

    [Function(nameof(NoteApproval))]
    public Task<StepOutcome> NoteApproval([ActivityTrigger] ApprovalNote note, CancellationToken cancellation) => approvals.NoteAsync(RetrainingId.Parse(note.Id).Value, note.Wish, cancellation);

    [Function(nameof(PromoteCandidate))]
    public Task<StepOutcome> PromoteCandidate([ActivityTrigger] string id, CancellationToken cancellation) => moves.PromoteAsync(RetrainingId.Parse(id).Value, cancellation);

    [Function(nameof(WatchChampion))]
    public Task<StepOutcome> WatchChampion([ActivityTrigger] NumberedStep step, CancellationToken cancellation) => watch.LookAsync(RetrainingId.Parse(step.Id).Value, step.Number, cancellation);

    [Function(nameof(TakeBackChampion))]
    public Task<StepOutcome> TakeBackChampion([ActivityTrigger] ReasonedStep step, CancellationToken cancellation) => moves.TakeBackAsync(RetrainingId.Parse(step.Id).Value, step.Reason, cancellation);
}
