using Microsoft.DurableTask.Client;

namespace Tidemark.Embedded;

/// <summary>What is done next with an instance.</summary>
internal enum TurnKind
{
    Nothing,
    Play,
    Suspend,
    Resume,
    Terminate,
}

/// <summary>
/// What an instance takes from its inbox at once: a termination before everything, then a change between suspended and running, else
/// every message that is new and for this execution. A suspended instance leaves its other messages lying.
/// </summary>
/// <param name="Taken">Rows that leave the inbox, those that are stale or known with them.</param>
/// <param name="Messages">What the orchestrator is told.</param>
/// <param name="HasMore">Whether messages are left for another turn.</param>
internal sealed record InstanceTurn(TurnKind Kind, IReadOnlyList<InboxRow> Taken, IReadOnlyList<Message> Messages, bool HasMore)
{
    /// <summary>Identifiers of events that the next execution keeps in mind.</summary>
    private const int MostRemembered = 200;

    public static InstanceTurn Of(InstanceRow row, IReadOnlyList<Episode> history, IReadOnlyList<InboxRow> inbox)
    {
        if (inbox.FirstOrDefault(m => IsCurrent(row, m.Message) && m.Message.Kind == MessageKind.Terminated) is { } end)
            return new(TurnKind.Terminate, [end], [end.Message], false);
        bool suspended = row.Status == OrchestrationRuntimeStatus.Suspended;
        if (inbox.FirstOrDefault(m => m.Message.Kind is MessageKind.Suspended or MessageKind.Resumed) is { } change)
        {
            bool changes = suspended == (change.Message.Kind == MessageKind.Resumed);
            return new(!changes ? TurnKind.Play : suspended ? TurnKind.Resume : TurnKind.Suspend, [change], [], true);
        }

        return suspended ? Idle : Play(row, history, inbox);
    }

    /// <summary>Events taken so far, the last ones, for the next execution.</summary>
    public static IReadOnlyList<string> Remembered(IEnumerable<Episode> history) =>
        [.. history.SelectMany(SeenIn).TakeLast(MostRemembered)];

    private static InstanceTurn Idle { get; } = new(TurnKind.Nothing, [], [], false);

    private static InstanceTurn Play(InstanceRow row, IReadOnlyList<Episode> history, IReadOnlyList<InboxRow> inbox)
    {
        HashSet<int> answered = [.. history.SelectMany(e => e.Messages).Select(m => m.TaskId)];
        HashSet<int> asked = [.. history.SelectMany(e => e.Actions).Select(a => a.Id)];
        HashSet<string> seen = [.. history.SelectMany(SeenIn)];
        bool started = history.Count > 0;
        List<InboxRow> taken = [];
        List<Message> messages = [];

        // The start comes first, however the clocks of the senders stand.
        foreach (InboxRow entry in inbox.OrderBy(m => m.Message.Kind == MessageKind.Started ? 0 : 1).Take(DurableStore.MostMessages))
        {
            Message message = entry.Message;
            bool isNew = IsCurrent(row, message) && message.Kind switch
            {
                MessageKind.Started => !started,
                MessageKind.EventRaised => seen.Add(message.Id),
                MessageKind.Suspended or MessageKind.Resumed => false,
                _ => asked.Contains(message.TaskId) && answered.Add(message.TaskId),
            };
            if (isNew && !started && message.Kind != MessageKind.Started) return Idle;
            taken.Add(entry);
            if (!isNew) continue;
            started = true;
            messages.Add(message);
        }

        return taken.Count == 0 ? Idle : new(TurnKind.Play, taken, messages, inbox.Count > taken.Count);
    }

    private static IEnumerable<string> SeenIn(Episode episode) => episode.Messages.SelectMany(
        m => m.Kind == MessageKind.Started ? m.Seen.Concat(m.Carried.Select(c => c.Id)) : m.Kind == MessageKind.EventRaised ? [m.Id] : (IEnumerable<string>)[]);

    private static bool IsCurrent(InstanceRow row, Message message) => message.Execution is null || message.Execution == row.Execution;
}
