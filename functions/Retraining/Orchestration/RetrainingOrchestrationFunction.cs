using DurableTask.Core.Exceptions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Tidemark.Retraining.Records;

namespace Tidemark.Retraining.Orchestration;

/// <summary>
/// From a request to a model that serves and has been watched: prepare, train, judge, ask, release. Pure: what it knows comes from activities, events and
/// the clock of the orchestration.
/// </summary>
public static class RetrainingOrchestrationFunction
{
    /// <summary>Storage that is down for some minutes ends no retraining.</summary>
    private static readonly TaskOptions Patient = TaskOptions.FromRetryPolicy(new RetryPolicy(12, TimeSpan.FromSeconds(2), 2, TimeSpan.FromMinutes(1)));

    /// <summary>Lets the retraining's orchestration begin, unless it has; safe to repeat.</summary>
    public static async Task BeginAsync(DurableTaskClient client, RetrainingRow row, CancellationToken cancellation)
    {
        if (row.State != RetrainingState.Requested) return;
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(nameof(RetrainModel), row.RowKey, new StartOrchestrationOptions(row.RowKey), cancellation);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            // Another delivery of the request was first.
        }
    }

    [Function(nameof(RetrainModel))]
    public static async Task<string> RetrainModel([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        string id = context.GetInput<string>()!;
        StepOutcome end;
        try
        {
            var plan = await context.CallActivityAsync<FlowPlan>(nameof(RecordFunctions.BeginRetraining), id, Patient);
            if (plan.Ended) return "ended before";
            var flow = new Flow(context, id, plan, context.WaitForExternalEvent<CancelWish>(FlowEvents.Cancel)!);
            end = await PrepareAsync(flow) ?? await TrainAsync(flow) ?? await JudgeAsync(flow) ?? await AskAsync(flow) ?? await ReleaseAsync(flow);
        }
        catch (TaskFailedException broken)
        {
            end = new(RetrainingState.Failed, $"{broken.TaskName} failed again and again: {broken.FailureDetails.ErrorMessage}");
        }

        await context.CallActivityAsync(nameof(RecordFunctions.ConcludeRetraining), new Conclusion(id, end), Patient);
        return end.End.ToString()!;
    }

    private static async Task<StepOutcome?> PrepareAsync(Flow flow) =>
        await flow.StepAsync(nameof(PreparationFunctions.FreezeDataset))
        ?? await flow.StepAsync(nameof(PreparationFunctions.ValidateDataset))
        ?? await flow.StepAsync(nameof(PreparationFunctions.OrderTraining));

    private static async Task<StepOutcome?> TrainAsync(Flow flow)
    {
        if (await flow.StepAsync(nameof(TrainingFunctions.StartTraining)) is { } refused) return refused;
        DateTime latest = flow.Context.CurrentUtcDateTime + flow.Plan.LongestRun;
        TimeSpan wait = flow.Plan.Poll;
        Task ended = flow.Context.WaitForExternalEvent<string>(FlowEvents.TrainingEnded);
        while (true)
        {
            await flow.PauseAsync(wait, ended, flow.Cancel);
            if (flow.Cancelled is { } cancelled) return cancelled;
            // Before the look, not after it: what is told meanwhile ends the next pause.
            if (ended.IsCompleted) ended = flow.Context.WaitForExternalEvent<string>(FlowEvents.TrainingEnded);
            var progress = await flow.CallAsync<TrainingProgress>(nameof(TrainingFunctions.PollTraining), flow.Id);
            if (progress.Ended) return progress.Outcome.End is null ? null : progress.Outcome;
            if (flow.Context.CurrentUtcDateTime >= latest) return new(RetrainingState.Failed, $"Training took longer than budget.minutesARun ({flow.Plan.LongestRun.TotalMinutes:0.##} minutes) and was stopped.");
            wait = TimeSpan.FromTicks(Math.Min(wait.Ticks * 3 / 2, flow.Plan.LongestPoll.Ticks));
        }
    }

    private static async Task<StepOutcome?> JudgeAsync(Flow flow) =>
        await flow.StepAsync(nameof(CandidateFunctions.RegisterCandidate))
        ?? await flow.StepAsync(nameof(CandidateFunctions.JudgeCandidate));

    private static async Task<StepOutcome?> AskAsync(Flow flow)
    {
        if (!flow.Plan.ApprovalRequired) return null;
        Task<ApprovalWish> said = flow.Context.WaitForExternalEvent<ApprovalWish>(FlowEvents.Approval)!;
        DateTime asked = flow.Context.CurrentUtcDateTime, deadline = asked + flow.Plan.ApprovalDeadline;
        for (int reminders = 0; ; reminders++)
        {
            await flow.CallAsync<StepOutcome>(nameof(ReleaseFunctions.AskForApproval), new NumberedStep(flow.Id, reminders + 1));
            DateTime remind = asked + ((reminders + 1) * flow.Plan.ApprovalReminder);
            while (flow.Context.CurrentUtcDateTime < (remind < deadline ? remind : deadline))
            {
                await flow.PauseAsync((remind < deadline ? remind : deadline) - flow.Context.CurrentUtcDateTime, said, flow.Cancel);
                if (flow.Cancelled is { } cancelled) return cancelled;
                if (!said.IsCompleted) continue;
                ApprovalWish wish = await said;
                if (wish.By != flow.Plan.StartedBy) return await flow.NoteAsync(wish);
                said = flow.Context.WaitForExternalEvent<ApprovalWish>(FlowEvents.Approval)!;
            }

            if (flow.Context.CurrentUtcDateTime >= deadline) return new(RetrainingState.Expired, $"Nobody approved it within {flow.Plan.ApprovalDeadline:c}. The candidate stays registered and may be promoted by hand.");
        }
    }

    private static async Task<StepOutcome> ReleaseAsync(Flow flow)
    {
        if (await flow.StepAsync(nameof(ReleaseFunctions.PromoteCandidate)) is { } refused) return refused;
        DateTime end = flow.Context.CurrentUtcDateTime + flow.Plan.WatchFor;
        for (int look = 1; flow.Context.CurrentUtcDateTime < end; look++)
        {
            TimeSpan left = end - flow.Context.CurrentUtcDateTime;
            await flow.PauseAsync(left < flow.Plan.WatchEvery ? left : flow.Plan.WatchEvery);
            var seen = await flow.CallAsync<StepOutcome>(nameof(ReleaseFunctions.WatchChampion), new NumberedStep(flow.Id, look));
            if (seen.End is not null) return await flow.CallAsync<StepOutcome>(nameof(ReleaseFunctions.TakeBackChampion), new ReasonedStep(flow.Id, seen.Sentence));
        }

        return new(RetrainingState.Kept, flow.Plan.WatchFor > TimeSpan.Zero ? $"Promoted and watched for {flow.Plan.WatchFor:c}; nothing was beyond a limit." : "Promoted; the policy asks for no watch.");
    }

    /// <summary>What all phases share.</summary>
    private sealed record Flow(TaskOrchestrationContext Context, string Id, FlowPlan Plan, Task<CancelWish> Cancel)
    {
        /// <summary>The end that a cancellation brings; null while there is none.</summary>
        public StepOutcome? Cancelled => Cancel.IsCompletedSuccessfully ? new(RetrainingState.Cancelled, $"Cancelled by {Cancel.Result.By}: {Cancel.Result.Reason}") : null;

        public Task<T> CallAsync<T>(string activity, object input) => Context.CallActivityAsync<T>(activity, input, Patient);

        /// <summary>A step before promotion: the end that it or a cancellation brings, or null to go on.</summary>
        public async Task<StepOutcome?> StepAsync(string activity)
        {
            if (Cancelled is { } cancelled) return cancelled;
            var outcome = await CallAsync<StepOutcome>(activity, Id);
            return outcome.End is null ? null : outcome;
        }

        public async Task<StepOutcome?> NoteAsync(ApprovalWish wish)
        {
            var outcome = await CallAsync<StepOutcome>(nameof(ReleaseFunctions.NoteApproval), new ApprovalNote(Id, wish));
            return outcome.End is null ? null : outcome;
        }

        /// <summary>Waits, at most so long, for any of these.</summary>
        public async Task PauseAsync(TimeSpan time, params Task[] events)
        {
            using var unneeded = new CancellationTokenSource();
            Task timer = Context.CreateTimer(time, unneeded.Token);
            // Not CancelAsync: an orchestrator awaits what is durable, and nothing else.
            if (await Task.WhenAny([timer, .. events]) != timer) unneeded.Cancel();
        }
    }
}
