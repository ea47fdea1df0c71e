using Microsoft.Azure.Functions.Worker;
using Tidemark.Retraining.Records;

namespace Tidemark.Retraining.Orchestration;

/// <summary>Activities before the training.</summary>
public sealed class PreparationFunctions(Preparation preparation)
{
    [Function(nameof(FreezeDataset))]
    public Task<StepOutcome> FreezeDataset([ActivityTrigger] string id, CancellationToken cancellation) => preparation.FreezeAsync(RetrainingId.Parse(id).Value, cancellation);

    [Function(nameof(ValidateDataset))]
    public Task<StepOutcome> ValidateDataset([ActivityTrigger] string id, CancellationToken cancellation) => preparation.ValidateAsync(RetrainingId.Parse(id).Value, cancellation);

    [Function(nameof(OrderTraining))]
    public Task<StepOutcome> OrderTraining([ActivityTrigger] string id, CancellationToken cancellation) => preparation.OrderAsync(RetrainingId.Parse(id).Value, cancellation);
}
