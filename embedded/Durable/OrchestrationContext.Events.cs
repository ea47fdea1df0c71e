namespace Tidemark.Embedded;

/// <summary>Events from outside: to the last waiter, else kept until somebody waits.</summary>
internal sealed partial class OrchestrationContext
{
    private readonly Dictionary<string, List<Waiter>> waiters = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Message> kept = [];

    /// <summary>Events that nobody has waited for, in the order in which they came.</summary>
    public IReadOnlyList<Message> KeptEvents => kept;

    public override Task<T?> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default) where T : default
    {
        EnsureLegal();
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        if (!waiters.TryGetValue(eventName, out List<Waiter>? waiting)) waiters[eventName] = waiting = [];
        if (waiting.Find(w => w.Type != typeof(T)) is { } other)
        {
            throw new ArgumentException(
                $"Events with the same name must have the same type argument. Expected {other.Type.FullName} but was requested {typeof(T).FullName}.");
        }

        TaskCompletionSource<T?> arrival = new();
        Waiter waiter = new(typeof(T), data => arrival.TrySetResult(converter.Deserialize<T>(data)), error => arrival.TrySetException(error));
        waiting.Add(waiter);
        if (cancellationToken.CanBeCanceled)
        {
            cancellationToken.Register(() =>
            {
                if (arrival.TrySetCanceled(cancellationToken)) waiting.Remove(waiter);
            });
        }

        if (waiting.Contains(waiter) && kept.FindIndex(e => e.Name!.Equals(eventName, StringComparison.OrdinalIgnoreCase)) is var index and >= 0)
        {
            Message early = kept[index];
            kept.RemoveAt(index);
            Raise(early);
        }

        return arrival.Task;
    }

    public void Raise(Message raised)
    {
        if (!waiters.TryGetValue(raised.Name!, out List<Waiter>? waiting) || waiting.Count == 0)
        {
            kept.Add(raised);
            return;
        }

        Waiter last = waiting[^1];
        waiting.RemoveAt(waiting.Count - 1);
        try
        {
            last.Arrive(raised.Data);
        }
        catch (Exception unreadable) when (unreadable is System.Text.Json.JsonException or NotSupportedException)
        {
            last.Fail(unreadable);
        }
    }

    /// <summary>Keeps an event that came after the orchestrator was done.</summary>
    public void Keep(Message raised) => kept.Add(raised);

    private sealed record Waiter(Type Type, Action<string?> Arrive, Action<Exception> Fail);
}
