using Azure;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Tidemark.Embedded;

/// <summary>Somebody else holds what was to be worked on: it is tried again a little later.</summary>
internal sealed class BusyException(string what) : Exception($"{what} is held by another host.");

/// <summary>Makes the orchestrator of an instance play an episode.</summary>
internal delegate Task<ReplayResult> PlayEpisode(InstanceRow row, IReadOnlyList<Episode> history, Episode current);

/// <summary>
/// Moves instances on: takes the lease of one, plays what lies in its inbox, commits the episode in one transaction, sends what it asked
/// for, and gives the lease back. A host that dies anywhere leaves either the state before or the one after.
/// </summary>
internal sealed partial class InstanceWork(DurableStore store, DurableSettings settings, string owner, TimeSpan lease, PlayEpisode play, ILogger logger)
{
    private readonly Outbox outbox = new(store);

    /// <exception cref="BusyException">Another host works on the instance, or only a host of another version may.</exception>
    public async Task MoveAsync(string instance, CancellationToken cancellation)
    {
        (InstanceRow? row, List<InboxRow> inbox) = await store.PeekAsync(instance, cancellation);
        if (row is null or { HasEnded: true, Unsent: null })
        {
            await store.DropAsync(instance, inbox, cancellation);
            return;
        }

        if (inbox.Count == 0 && row.Unsent is null) return;
        if (IsTooEarly(row) && !inbox.Exists(IsSteering))
        {
            await store.AddTimerAsync(instance, null, row.StartAt!.Value, cancellation);
            return;
        }

        if (!settings.Accepts(row.Version) && !settings.FailsOtherVersions) throw new BusyException($"Instance '{instance}' of version '{row.Version}'");
        if (!RowLease.IsFree(row.Owner, row.LeaseUntil, owner)) throw new BusyException($"Instance '{instance}'");
        await using RowLease held = await RowLease.TryAcquireAsync(store.Table, instance, InstanceRow.Key, row.ETag, owner, lease, cancellation)
            ?? throw new BusyException($"Instance '{instance}'");
        bool released = false;
        try
        {
            released = await MoveAsync(row with { Owner = owner }, inbox, held, cancellation);
            if (!released) await held.ReleaseAsync(cancellation, (nameof(InstanceRow.Unsent), ""));
            released = true;
        }
        finally
        {
            if (!released) await GiveUpAsync(held);
        }
    }

    /// <returns>Whether the last commit gave the instance free.</returns>
    private async Task<bool> MoveAsync(InstanceRow row, List<InboxRow> inbox, RowLease held, CancellationToken cancellation)
    {
        if (row.Unsent is not null) row = await ResendAsync(row, cancellation);
        List<Episode> history = await store.HistoryAsync(row, cancellation);
        while (!row.HasEnded)
        {
            InstanceTurn turn = InstanceTurn.Of(row, history, inbox);
            if (turn.Kind == TurnKind.Nothing || (turn.Kind == TurnKind.Play && IsTooEarly(row))) return false;
            Step step = await StepAsync(row, history, turn, cancellation);
            if (!turn.HasMore && step is { Next: null, Row.Unsent: null })
            {
                await held.FinishAsync(etag => store.CommitAsync(step.Row with { Owner = "" }, etag, step.Played, turn.Taken, null, cancellation));
                return true;
            }

            await held.ChangeAsync(etag => store.CommitAsync(step.Row, etag, step.Played, turn.Taken, step.Next, cancellation));
            if (step.Played is not null) await outbox.SendAsync(step.Row, step.Played, cancellation);

            bool begunAnew = step.Row.Execution != row.Execution;
            row = step.Row with { Unsent = null };
            if (begunAnew) await store.ForgetAsync(row, cancellation);
            history = begunAnew ? [] : step.Played is null ? history : [.. history, step.Played];
            if (!turn.HasMore && step.Next is null) return false;
            (_, inbox) = await store.PeekAsync(row.Id, cancellation);
        }

        return false;
    }

    private async Task<InstanceRow> ResendAsync(InstanceRow row, CancellationToken cancellation)
    {
        LogResending(row.Id);
        if (await store.EpisodeAsync(row.Id, row.Unsent!, cancellation) is { } unsent) await outbox.SendAsync(row, unsent, cancellation);
        return row with { Unsent = null };
    }

    private async Task<Step> StepAsync(InstanceRow row, List<Episode> history, InstanceTurn turn, CancellationToken cancellation)
    {
        InstanceRow changed = row with { UpdatedAt = store.Clock.GetUtcNow(), LeaseUntil = TimeProvider.System.GetUtcNow() + lease };
        switch (turn.Kind)
        {
            case TurnKind.Suspend:
                return new(changed with { Status = OrchestrationRuntimeStatus.Suspended });
            case TurnKind.Resume:
                return new(changed with { Status = history.Count == 0 ? OrchestrationRuntimeStatus.Pending : OrchestrationRuntimeStatus.Running });
            case TurnKind.Terminate:
                return await EndAsync(changed, Terminated(row, history, turn.Messages[0]), OrchestrationRuntimeStatus.Terminated, turn.Messages[0].Data, cancellation);
            default:
                return turn.Messages.Count == 0 ? new(changed) : await PlayAsync(changed, history, turn.Messages, cancellation);
        }
    }

    private async Task<Step> PlayAsync(InstanceRow row, List<Episode> history, IReadOnlyList<Message> messages, CancellationToken cancellation)
    {
        Episode current = new(row.Execution, history.Count, TimeOf(history, messages), messages, []);
        if (current.Number == 0) LogStarted(row.Name, row.Id);
        ReplayResult result = await play(row, history, current);
        row = row with { CustomStatus = await store.Payloads.WriteAsync(result.CustomStatus, $"{row.Id}/status-{current.Key}", cancellation) };
        if (!result.HasCompleted) return Running(row, result.Episode);
        if (result.Continuation is not null) return await AnewAsync(row, history, result, cancellation);
        if (result.Failure is { } failure) LogFailed(row.Name, row.Id, failure.ToString());
        else LogCompleted(row.Name, row.Id);
        return result.Failure is null
            ? await EndAsync(row, result.Episode, OrchestrationRuntimeStatus.Completed, result.Output, cancellation)
            : await EndAsync(row with { Failure = result.Failure }, result.Episode, OrchestrationRuntimeStatus.Failed, result.Failure.ErrorMessage, cancellation);
    }

    private static Step Running(InstanceRow row, Episode played) =>
        new(Played(row with { Status = OrchestrationRuntimeStatus.Running, Episodes = played.Number + 1 }, played), played);

    private async Task<Step> EndAsync(InstanceRow row, Episode played, OrchestrationRuntimeStatus status, string? output, CancellationToken cancellation)
    {
        StoredText stored = await store.Payloads.WriteAsync(output, $"{row.Id}/output-{row.Execution}", cancellation);
        return new(Played(row with { Status = status, Output = stored, Episodes = played.Number + 1 }, played), played);
    }

    /// <summary>The same instance with an empty history: its start is a message like any other.</summary>
    private async Task<Step> AnewAsync(InstanceRow row, List<Episode> history, ReplayResult result, CancellationToken cancellation)
    {
        Continuation anewAs = result.Continuation!;
        string execution = ExecutionIds.New();
        Message start = new(MessageKind.Started, execution)
        {
            Execution = execution,
            Data = anewAs.Input,
            Carried = anewAs.KeepsEvents ? result.KeptEvents : [],
            Seen = InstanceTurn.Remembered(history.Append(result.Episode)),
        };
        InstanceRow anew = Played(row, result.Episode) with
        {
            Execution = execution,
            Episodes = 0,
            Status = OrchestrationRuntimeStatus.Running,
            Version = anewAs.Version ?? row.Version,
            Input = await store.Payloads.WriteAsync(anewAs.Input, $"{row.Id}/input-{execution}", cancellation),
        };
        return new(anew, result.Episode, start);
    }

    /// <summary>The row marked as unsent where there is something to send.</summary>
    private static InstanceRow Played(InstanceRow row, Episode played) => row with { Unsent = Outbox.IsNeeded(row, played) ? played.Key : null };

    private static Episode Terminated(InstanceRow row, List<Episode> history, Message end)
    {
        HashSet<int> answered = [.. history.SelectMany(e => e.Messages).Select(m => m.TaskId)];
        IEnumerable<OrchestratorAction> children = end.Recursive
            ? history.SelectMany(e => e.Actions).Where(a => a.Kind == ActionKind.Child && !answered.Contains(a.Id))
            : [];
        List<OrchestratorAction> ends = [.. children.Select(c => new OrchestratorAction(ActionKind.TerminateChild, c.Id) { Instance = c.Instance, Data = end.Data })];
        return new(row.Execution, history.Count, history.LastOrDefault()?.Time ?? row.CreatedAt.UtcDateTime, [], ends);
    }

    /// <summary>Now, but never earlier than the last episode or a timer that fired.</summary>
    private DateTime TimeOf(List<Episode> history, IReadOnlyList<Message> messages) =>
        messages.Select(m => m.FireAt ?? default).Append(history.LastOrDefault()?.Time ?? default).Append(store.Clock.GetUtcNow().UtcDateTime).Max();

    private bool IsTooEarly(InstanceRow row) => row.Status == OrchestrationRuntimeStatus.Pending && row.StartAt > store.Clock.GetUtcNow();

    private static bool IsSteering(InboxRow row) => row.Message.Kind is MessageKind.Terminated or MessageKind.Suspended or MessageKind.Resumed;

    /// <summary>Frees the instance for the next try; where that fails, its lease ends by itself.</summary>
    private static async Task GiveUpAsync(RowLease held)
    {
        try
        {
            await held.ReleaseAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException or OperationCanceledException)
        {
            // Taken over, or storage is down.
        }
    }

    [LoggerMessage(61, LogLevel.Information, "Orchestrator '{Name}' starts as instance '{Instance}'.")]
    private partial void LogStarted(string name, string instance);

    [LoggerMessage(62, LogLevel.Information, "Orchestrator '{Name}' completed instance '{Instance}'.")]
    private partial void LogCompleted(string name, string instance);

    [LoggerMessage(63, LogLevel.Error, "Orchestrator '{Name}' failed in instance '{Instance}': {Reason}")]
    private partial void LogFailed(string name, string instance, string reason);

    [LoggerMessage(64, LogLevel.Information, "Instance '{Instance}' was left with actions that may not have been sent; they are sent again.")]
    private partial void LogResending(string instance);

    /// <param name="Next">The start of the next execution.</param>
    private sealed record Step(InstanceRow Row, Episode? Played = null, Message? Next = null);
}
