using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;

namespace Tidemark.Embedded;

/// <summary>How an orchestrator begins anew.</summary>
internal sealed record Continuation(string? Input, bool KeepsEvents, string? Version);

/// <summary>How an orchestrator stands at the end of an episode.</summary>
internal sealed record ReplayResult(Episode Episode, string? CustomStatus)
{
    public bool HasCompleted { get; init; }

    /// <summary>The result as JSON.</summary>
    public string? Output { get; init; }

    public TaskFailureDetails? Failure { get; init; }

    public Continuation? Continuation { get; init; }

    /// <summary>Events that nobody waited for.</summary>
    public IReadOnlyList<Message> KeptEvents { get; init; } = [];
}

/// <summary>
/// Plays an orchestrator from its first line: through its history, where it must do what it did before, and on through what is new.
/// Everything happens on the calling thread, before <c>Play</c> returns.
/// </summary>
/// <param name="start">Calls the orchestrator; completes with what it returns.</param>
internal sealed class OrchestratorReplay(OrchestrationContext context, OrchestratorScheduler scheduler, DataConverter converter, Func<Task<object?>> start)
{
    private Task<object?>? orchestrator;

    /// <param name="current">The new episode, without actions.</param>
    public ReplayResult Play(IReadOnlyList<Episode> history, Episode current)
    {
        try
        {
            foreach (Episode past in history)
            {
                Play(past, isReplay: true);
                Compare(past.Actions, context.TakeActions());
            }

            Play(current, isReplay: false);
            return Result(current with { Actions = context.TakeActions() });
        }
        catch (NonDeterministicOrchestrationException changed)
        {
            return Failed(current, changed);
        }
        finally
        {
            scheduler.Close();
        }
    }

    private void Play(Episode episode, bool isReplay)
    {
        context.Begin(episode.Time, isReplay);
        foreach (Message message in episode.Messages) scheduler.Run(() => Tell(message));
    }

    private void Tell(Message message)
    {
        bool isDone = orchestrator?.IsCompleted == true;
        switch (message.Kind)
        {
            case MessageKind.Started:
                context.Start(message.Data);
                orchestrator = start();
                foreach (Message early in message.Carried) context.Raise(early);
                break;
            case MessageKind.EventRaised when isDone:
                context.Keep(message);
                break;
            case MessageKind.EventRaised:
                context.Raise(message);
                break;
            default:
                if (!isDone) context.Complete(message);
                break;
        }
    }

    private ReplayResult Result(Episode episode)
    {
        if (orchestrator is not { IsCompleted: true })
        {
            // Nothing durable is open: only what is not durable, and that can't come back to this thread.
            return context.IsWaiting ? new(episode, context.CustomStatus) : Failed(episode, new InvalidOperationException(OrchestrationContext.IllegalAwait));
        }

        if (!orchestrator.IsCompletedSuccessfully) return Failed(episode, orchestrator.Exception?.InnerException ?? new TaskCanceledException(orchestrator));
        try
        {
            return new(episode, context.CustomStatus)
            {
                HasCompleted = true,
                Output = context.Continuation is null ? converter.Serialize(orchestrator.Result) : null,
                Continuation = context.Continuation,
                KeptEvents = context.KeptEvents,
            };
        }
        catch (Exception unwritable) when (unwritable is System.Text.Json.JsonException or NotSupportedException)
        {
            return Failed(episode, unwritable);
        }
    }

    private ReplayResult Failed(Episode episode, Exception error) => new(episode, context.CustomStatus)
    {
        HasCompleted = true,
        Failure = TaskFailureDetails.FromException(error),
    };

    /// <summary>Kind, name and sequence number of every action must be those of history.</summary>
    private static void Compare(IReadOnlyList<OrchestratorAction> before, IReadOnlyList<OrchestratorAction> now)
    {
        const string Question = "Was a change made to the orchestrator code after this instance had already started running?";
        for (int i = 0; i < Math.Max(before.Count, now.Count); i++)
        {
            if (i < before.Count && i < now.Count && before[i].IsSameAs(now[i])) continue;
            int id = i < before.Count ? before[i].Id : now[i].Id;
            string reason = i >= before.Count ? $"The current orchestration replay produced {Describe(now[i])}, which its history does not have."
                : i >= now.Count ? $"A previous execution of this orchestration scheduled {Describe(before[i])}, but the current replay execution hasn't (yet?) scheduled this task."
                : $"A previous execution of this orchestration scheduled {Describe(before[i])}, but the current orchestration replay instead produced {Describe(now[i])}.";
            throw new NonDeterministicOrchestrationException(id, $"{reason} {Question}");
        }
    }

    private static string Describe(OrchestratorAction action)
    {
        string what = action.Kind switch
        {
            ActionKind.Activity => "an activity task",
            ActionKind.Child => "a sub-orchestration task",
            ActionKind.Timer => "a timer task",
            _ => "an event",
        };
        return $"{what} with sequence number {action.Id}" + (action.Name is null ? "" : $" named '{action.Name}'");
    }
}
