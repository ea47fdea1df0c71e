using Microsoft.Azure.Functions.Worker;
using Tidemark.Retraining.Records;

namespace Tidemark.Retraining.Orchestration;

/// <summary>Activities around the compute.</summary>
public sealed class TrainingFunctions(TrainingSupervision supervision)
{
    [Function(nameof(StartTraining))]
    public Task<StepOutcome> StartTraining([ActivityTrigger] string id, CancellationToken cancellation) => supervision.StartAsync(RetrainingId.Parse(id).Value, cancellation);

    [Function(nameof(PollTraining))]
    public Task<TrainingProgress> PollTraining([ActivityTrigger] string id, CancellationToken cancellation) => supervision.PollAsync(RetrainingId.Parse(id).Value, cancellation);
}
