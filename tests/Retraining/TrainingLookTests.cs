using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.Retraining.Orchestration;
using Tidemark.Retraining.Records;
using Tidemark.Tests.Embedded.Durable;
using Xunit;

namespace Tidemark.Tests.Retraining;

/// <summary>The orchestration with steps of its own, so that a training ends at the worst instant.</summary>
public sealed class TrainingLookTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task End_that_is_told_before_anybody_waits_and_end_that_is_told_during_a_look_are_both_looked_at_at_once()
    {
        var looks = new Looks();
        await using Hub hub = await Hub.StartAsync(azurite, [typeof(RetrainingOrchestrationFunction), typeof(Steps)], builder => builder.Services.AddSingleton(looks));

        OrchestrationMetadata end = await hub.RunAsync(nameof(RetrainingOrchestrationFunction.RetrainModel), "retraining", new StartOrchestrationOptions("retraining"));

        Assert.Equal(nameof(RetrainingState.Failed), end.ReadOutputAs<string>());
        Assert.Equal("2 looks", looks.End);
    }

    public sealed class Looks
    {
        public int Count { get; set; }

        public string? End { get; set; }
    }

    public sealed class Steps(Looks looks)
    {
        /// <summary>Looks are an hour apart.</summary>
        [Function(nameof(BeginRetraining))]
        public static async Task<FlowPlan> BeginRetraining([ActivityTrigger] string id, [DurableClient] DurableTaskClient client)
        {
            await client.RaiseEventAsync(id, FlowEvents.TrainingEnded, "early");
            TimeSpan hour = TimeSpan.FromHours(1);
            return new(false, "ann", hour, hour, 10 * hour, false, hour, hour, TimeSpan.Zero, hour);
        }

        [Function(nameof(FreezeDataset))]
        public static StepOutcome FreezeDataset([ActivityTrigger] string id) => StepOutcome.GoOn(id);

        [Function(nameof(ValidateDataset))]
        public static StepOutcome ValidateDataset([ActivityTrigger] string id) => StepOutcome.GoOn(id);

        [Function(nameof(OrderTraining))]
        public static StepOutcome OrderTraining([ActivityTrigger] string id) => StepOutcome.GoOn(id);

        [Function(nameof(StartTraining))]
        public static StepOutcome StartTraining([ActivityTrigger] string id) => StepOutcome.GoOn(id);

        /// <summary>The first look sees nothing yet, and the training ends before it has said so.</summary>
        [Function(nameof(PollTraining))]
        public async Task<TrainingProgress> PollTraining([ActivityTrigger] string id, [DurableClient] DurableTaskClient client)
        {
            if (++looks.Count > 1) return new(true, new(RetrainingState.Failed, $"{looks.Count} looks"));
            await client.RaiseEventAsync(id, FlowEvents.TrainingEnded, "meanwhile");
            return new(false, StepOutcome.GoOn("trains"));
        }

        [Function(nameof(ConcludeRetraining))]
        public void ConcludeRetraining([ActivityTrigger] Conclusion conclusion) => looks.End = conclusion.Outcome.Sentence;
    }
}
