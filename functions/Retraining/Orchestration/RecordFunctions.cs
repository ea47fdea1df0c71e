using Microsoft.Azure.Functions.Worker;
using Tidemark.Retraining.Records;

namespace Tidemark.Retraining.Orchestration;

/// <summary>Activities around the record of a retraining.</summary>
public sealed class RecordFunctions(Openings openings)
{
    [Function(nameof(BeginRetraining))]
    public Task<FlowPlan> BeginRetraining([ActivityTrigger] string id, CancellationToken cancellation) => openings.BeginAsync(RetrainingId.Parse(id).Value, cancellation);

    [Function(nameof(ConcludeRetraining))]
    public Task ConcludeRetraining([ActivityTrigger] Conclusion conclusion, CancellationToken cancellation) =>
        openings.ConcludeAsync(RetrainingId.Parse(conclusion.Id).Value, conclusion.Outcome, cancellation);
}
