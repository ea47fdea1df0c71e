using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Tidemark.Embedded;

/// <summary>
/// Sends what an episode asked for, after it was committed. A host that dies in between leaves the episode marked as unsent, and whoever
/// takes the instance next sends it again: every receiver recognises what it has already.
/// </summary>
internal sealed class Outbox(DurableStore store)
{
    private const int SendsAtOnce = 16;

    /// <summary>Whether <paramref name="played"/> leaves anything to send.</summary>
    public static bool IsNeeded(InstanceRow row, Episode played) => played.Actions.Count > 0 || (row.HasEnded && row.Parent is not null);

    /// <param name="row">The instance after the episode.</param>
    public async Task SendAsync(InstanceRow row, Episode played, CancellationToken cancellation)
    {
        // Activities may go in any order; the rest keeps the orchestrator's.
        foreach (OrchestratorAction[] calls in played.Actions.Where(a => a.Kind == ActionKind.Activity).Chunk(SendsAtOnce))
            await Task.WhenAll(calls.Select(call => SendAsync(row, played, call, cancellation)));
        foreach (OrchestratorAction action in played.Actions.Where(a => a.Kind != ActionKind.Activity)) await SendAsync(row, played, action, cancellation);
        if (row.HasEnded && row.Parent is { } parent && played.Execution == row.Execution) await AnswerAsync(row, parent, played, cancellation);
    }

    private Task SendAsync(InstanceRow row, Episode played, OrchestratorAction action, CancellationToken cancellation)
    {
        string id = $"{played.Execution}-{action.Id:D8}";
        return action.Kind switch
        {
            ActionKind.Activity => store.EnqueueAsync(new(row.Id, played.Execution, played.Number, action.Id), cancellation),
            ActionKind.Timer => store.AddTimerAsync(
                row.Id,
                new(MessageKind.TimerFired, id) { Execution = played.Execution, TaskId = action.Id, FireAt = action.FireAt },
                action.FireAt!.Value,
                cancellation),
            ActionKind.Event => RaiseAsync(
                action.Instance!, new(MessageKind.EventRaised, id) { Name = action.Name, Data = action.Data }, TicksOf(played), cancellation),
            ActionKind.TerminateChild => RaiseAsync(
                action.Instance!, new(MessageKind.Terminated, id) { Data = action.Data, Recursive = true }, TicksOf(played), cancellation),
            _ => StartAsync(row, played, action, cancellation),
        };
    }

    /// <summary>Drops what nobody would read.</summary>
    private async Task RaiseAsync(string instance, Message message, long ticks, CancellationToken cancellation)
    {
        if (await store.FindAsync(instance, cancellation) is { HasEnded: false }) await store.DeliverAsync(instance, message, ticks, cancellation);
    }

    private async Task StartAsync(InstanceRow parent, Episode played, OrchestratorAction action, CancellationToken cancellation)
    {
        string execution = ExecutionIds.OfChild(played.Execution, action.Id);
        DateTimeOffset now = store.Clock.GetUtcNow();
        InstanceRow child = new(action.Instance!, action.Name!, execution)
        {
            Version = action.Version ?? "",
            CreatedAt = now,
            UpdatedAt = now,
            Parent = new(parent.Id, parent.Name, played.Execution, action.Id),
            Tags = action.Tags?.ToDictionary() ?? [],
            Input = await store.Payloads.WriteAsync(action.Data, $"{action.Instance}/input-{execution}", cancellation),
        };
        Message start = new(MessageKind.Started, child.Execution) { Execution = child.Execution, Data = action.Data };
        if (await store.CreateAsync(child, start, there => there is { HasEnded: true, Unsent: null }, cancellation)) return;

        string reason = $"An Orchestration instance with the ID {action.Instance} already exists.";
        Message refused = new(MessageKind.ChildFailed, $"{played.Execution}-{action.Id:D8}")
        {
            Execution = played.Execution,
            TaskId = action.Id,
            Failure = new(typeof(global::DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException).FullName!, reason, null, null, null),
            IsFinal = true,
        };
        await store.DeliverAsync(parent.Id, refused, TicksOf(played), cancellation);
    }

    private async Task AnswerAsync(InstanceRow row, ParentCall parent, Episode played, CancellationToken cancellation)
    {
        string? output = await store.Payloads.ReadAsync(row.Output, cancellation);
        bool succeeded = row.Status == OrchestrationRuntimeStatus.Completed;
        Message answer = new(succeeded ? MessageKind.ChildCompleted : MessageKind.ChildFailed, row.Execution)
        {
            Execution = parent.Execution,
            TaskId = parent.TaskId,
            Data = succeeded ? output : null,
            Failure = succeeded ? null : row.Failure ?? new TaskFailureDetails("Terminated", output ?? "The sub-orchestration was terminated.", null, null, null),
        };
        await store.DeliverAsync(parent.Instance, answer, TicksOf(played), cancellation);
    }

    private static long TicksOf(Episode played) => played.Time.Ticks;
}

/// <summary>Identifiers of executions: a GUID for one that a client starts, a hash of the call for a child, so that it is started once.</summary>
internal static class ExecutionIds
{
    private const int Bytes = 16;

    public static string New() => Guid.NewGuid().ToString("N");

    public static string OfChild(string parentExecution, int taskId) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{parentExecution}-{taskId}")).AsSpan(0, Bytes));
}
