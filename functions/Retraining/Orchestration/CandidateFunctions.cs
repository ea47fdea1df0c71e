using Microsoft.Azure.Functions.Worker;
using Tidemark.Retraining.Promotion;
using Tidemark.Retraining.Records;

namespace Tidemark.Retraining.Orchestration;

/// <summary>Activities that make a run a version and judge it.</summary>
public sealed class CandidateFunctions(CandidateRegistration registration, CandidateJudgement judgement)
{
    [Function(nameof(RegisterCandidate))]
    public Task<StepOutcome> RegisterCandidate([ActivityTrigger] string id, CancellationToken cancellation) => registration.RegisterAsync(RetrainingId.Parse(id).Value, cancellation);

    [Function(nameof(JudgeCandidate))]
    public Task<StepOutcome> JudgeCandidate([ActivityTrigger] string id, CancellationToken cancellation) => judgement.JudgeAsync(RetrainingId.Parse(id).Value, cancellation);
}
