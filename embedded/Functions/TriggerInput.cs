using Microsoft.Azure.Functions.Worker;

namespace Tidemark.Embedded;

/// <summary>What a trigger delivers to one invocation.</summary>
/// <param name="Value">
/// The trigger's own value: an <c>Azure.Storage.Queues.Models.QueueMessage</c> with its decoded body for a queue,
/// a <see cref="TimerInfo"/> for a timer.
/// </param>
/// <param name="BindingData">Values by name, which parameters of these names bind to; looked up case-insensitively.</param>
internal sealed record TriggerInput(object? Value, IReadOnlyDictionary<string, object?> BindingData)
{
    /// <summary>Set when a retry attribute drives the invocation.</summary>
    public RetryContext? Retry { get; init; }

    /// <summary>W3C <c>traceparent</c> of who caused the event, if known.</summary>
    public string? TraceParent { get; init; }

    public string? TraceState { get; init; }
}

/// <summary>How an invocation ended; a failure of the function is a value.</summary>
internal readonly record struct InvocationOutcome(bool Succeeded, Exception? Error)
{
    public static InvocationOutcome Success { get; } = new(true, null);

    public static InvocationOutcome Failure(Exception error) => new(false, error);
}
