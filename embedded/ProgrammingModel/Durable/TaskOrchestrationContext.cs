using Microsoft.Extensions.Logging;
using Tidemark.Embedded;

namespace Microsoft.DurableTask;

/// <summary>
/// What an orchestrator acts with. Everything that it awaits must come from here, and it must do the same at each replay.
/// </summary>
/// <remarks>The embedded runtime has no durable entities and no <c>CallHttpAsync</c>.</remarks>
public abstract class TaskOrchestrationContext
{
    public abstract TaskName Name { get; }

    public abstract string InstanceId { get; }

    /// <summary>Version of this instance; empty where it has none.</summary>
    public virtual string Version => "";

    /// <summary>Null where a client started this instance.</summary>
    public abstract ParentOrchestrationInstance? Parent { get; }

    /// <summary>Orchestration time, UTC: the same at each replay, and constant from one await to the next.</summary>
    public abstract DateTime CurrentUtcDateTime { get; }

    public abstract bool IsReplaying { get; }

    public virtual IReadOnlyDictionary<string, object?> Properties => throw new NotImplementedException();

    /// <summary>Makes loggers that are silent while history is replayed.</summary>
    public virtual ILoggerFactory ReplaySafeLoggerFactory => new ReplaySafeLoggers(this, LoggerFactory);

    protected abstract ILoggerFactory LoggerFactory { get; }

    public abstract T? GetInput<T>();

    /// <exception cref="TaskFailedException">The activity failed, and so did every retry.</exception>
    public abstract Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null);

    /// <inheritdoc cref="CallActivityAsync{TResult}(TaskName, object?, TaskOptions?)"/>
    public virtual Task<TResult> CallActivityAsync<TResult>(TaskName name, TaskOptions options) => CallActivityAsync<TResult>(name, null, options);

    /// <inheritdoc cref="CallActivityAsync{TResult}(TaskName, object?, TaskOptions?)"/>
    public virtual Task CallActivityAsync(TaskName name, object? input = null, TaskOptions? options = null) => CallActivityAsync<object>(name, input, options);

    /// <inheritdoc cref="CallActivityAsync{TResult}(TaskName, object?, TaskOptions?)"/>
    public virtual Task CallActivityAsync(TaskName name, TaskOptions options) => CallActivityAsync(name, null, options);

    /// <exception cref="TaskFailedException">The sub-orchestration failed or was terminated, and so was every retry.</exception>
    public abstract Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null);

    /// <inheritdoc cref="CallSubOrchestratorAsync{TResult}(TaskName, object?, TaskOptions?)"/>
    public virtual Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, TaskOptions options) =>
        CallSubOrchestratorAsync<TResult>(orchestratorName, null, options);

    /// <inheritdoc cref="CallSubOrchestratorAsync{TResult}(TaskName, object?, TaskOptions?)"/>
    public virtual Task CallSubOrchestratorAsync(TaskName orchestratorName, TaskOptions options) => CallSubOrchestratorAsync(orchestratorName, null, options);

    /// <inheritdoc cref="CallSubOrchestratorAsync{TResult}(TaskName, object?, TaskOptions?)"/>
    public virtual Task CallSubOrchestratorAsync(TaskName orchestratorName, object? input = null, TaskOptions? options = null) =>
        CallSubOrchestratorAsync<object>(orchestratorName, input, options);

    public virtual Task CreateTimer(TimeSpan delay, CancellationToken cancellationToken) => CreateTimer(CurrentUtcDateTime.Add(delay), cancellationToken);

    /// <summary>Completes at <paramref name="fireAt"/>; cancel timers that are no longer needed.</summary>
    public abstract Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken);

    /// <summary>The next event of that name, in any case; one that came earlier than the wait was kept. The last waiter gets it first.</summary>
    /// <exception cref="ArgumentException">The same name was waited for with another type.</exception>
    public abstract Task<T?> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="WaitForExternalEvent{T}(string, TimeSpan, CancellationToken)"/>
    public Task<T?> WaitForExternalEvent<T>(string eventName, TimeSpan timeout) => WaitForExternalEvent<T>(eventName, timeout, CancellationToken.None);

    /// <exception cref="TaskCanceledException">The time passed, or the token fired, before the event came.</exception>
    public async Task<T?> WaitForExternalEvent<T>(string eventName, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task timedOut = CreateTimer(timeout, timer.Token);
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<T?> raised = WaitForExternalEvent<T>(eventName, wait.Token);
        Cancel(await Task.WhenAny(timedOut, raised) == raised ? timer : wait);
        return await raised;
    }

    /// <summary>Sends an event and does not wait; lost where the instance does not exist.</summary>
    public abstract void SendEvent(string instanceId, string eventName, object payload);

    /// <summary>Shown by status queries when the orchestrator next waits or ends.</summary>
    public abstract void SetCustomStatus(object? customStatus);

    /// <summary>Begins anew under the same identifier with an empty history. Return right after it; what is returned is ignored.</summary>
    public abstract void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true);

    /// <inheritdoc cref="ContinueAsNew(object?, bool)"/>
    public virtual void ContinueAsNew(ContinueAsNewOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ContinueAsNew(options.NewInput, options.PreserveUnprocessedEvents);
    }

    /// <summary>A GUID of version 5 from the instance, the time and a counter: the same at each replay.</summary>
    public abstract Guid NewGuid();

    /// <summary>Less than zero where this instance's version comes before <paramref name="version"/>.</summary>
    public virtual int CompareVersionTo(string version) => OrchestrationVersions.Compare(Version, version);

    public virtual ILogger CreateReplaySafeLogger(string categoryName) => ReplaySafeLoggerFactory.CreateLogger(categoryName);

    public virtual ILogger CreateReplaySafeLogger(Type type) => ReplaySafeLoggerFactory.CreateLogger(type);

    public virtual ILogger CreateReplaySafeLogger<T>() => ReplaySafeLoggerFactory.CreateLogger<T>();

    /// <summary>On this thread: what hangs on it is the orchestrator's.</summary>
    private static void Cancel(CancellationTokenSource source) => source.Cancel();
}
