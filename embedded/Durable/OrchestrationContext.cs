using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace Tidemark.Embedded;

/// <summary>
/// The context of one replay: hands out tasks that <see cref="OrchestratorReplay"/> completes from history, and notes the actions that the
/// orchestrator asks for.
/// </summary>
internal sealed partial class OrchestrationContext(
    InstanceRow instance, DataConverter converter, DurableSettings settings, ILoggerFactory loggers, OrchestratorScheduler scheduler) : TaskOrchestrationContext
{
    public const string IllegalAwait =
        "An invalid asynchronous invocation was detected. This can be caused by awaiting non-durable tasks in an orchestrator function's implementation "
        + "or by middleware that invokes asynchronous code.";

    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(3);
    private static readonly Guid GuidNamespace = new("9e952958-5e33-4daf-827f-2fa12937b875");

    private readonly Dictionary<int, TaskCompletionSource<string?>> open = [];
    private List<OrchestratorAction> actions = [];
    private DateTime now;
    private bool replaying;
    private string? input;
    private int lastId = -1;
    private int guids;

    public override TaskName Name { get; } = new(instance.Name);

    public override string InstanceId => instance.Id;

    public override string Version => instance.Version;

    public override ParentOrchestrationInstance? Parent { get; } =
        instance.Parent is { } parent ? new(new TaskName(parent.Name), parent.Instance) : null;

    public override DateTime CurrentUtcDateTime => now;

    public override bool IsReplaying => replaying;

    public override IReadOnlyDictionary<string, object?> Properties { get; } = new Dictionary<string, object?>();

    public Continuation? Continuation { get; private set; }

    public string? CustomStatus { get; private set; }

    /// <summary>Whether something that may come from history or the outside can still move the orchestrator on.</summary>
    public bool IsWaiting => open.Count > 0 || waiters.Values.Any(w => w.Count > 0);

    protected override ILoggerFactory LoggerFactory { get; } = loggers;

    /// <summary>Begins an episode.</summary>
    public void Begin(DateTime time, bool isReplay) => (now, replaying, actions) = (time, isReplay, []);

    /// <summary>What the orchestrator asked for since <see cref="Begin"/>.</summary>
    public IReadOnlyList<OrchestratorAction> TakeActions() => actions;

    public void Start(string? startInput) => input = startInput;

    /// <summary>The input as <paramref name="type"/>, for a parameter of the orchestrator.</summary>
    public object? GetInput(Type type) => converter.Deserialize(input, type);

    public override T? GetInput<T>() where T : default
    {
        EnsureLegal();
        return converter.Deserialize<T>(input);
    }

    public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        EnsureLegal();
        if (input is TaskOptions && options is null)
            return Task.FromException<TResult>(Misplaced("activity", nameof(input)));
        return RetryAsync(name.Name, options, async () =>
        {
            OrchestratorAction call = Next(ActionKind.Activity) with { Name = name.Name, Data = converter.Serialize(input) };
            return converter.Deserialize<TResult>(await Add(call))!;
        });
    }

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null)
    {
        EnsureLegal();
        if (input is TaskOptions && options is null)
            return Task.FromException<TResult>(Misplaced("sub-orchestration", nameof(input)));
        string child = (options as SubOrchestrationOptions)?.InstanceId ?? NewGuid().ToString("N");
        InstanceIds.ThrowIfBad(child, nameof(options));
        return RetryAsync(orchestratorName.Name, options, async () =>
        {
            OrchestratorAction call = Next(ActionKind.Child) with
            {
                Name = orchestratorName.Name,
                Instance = child,
                Data = converter.Serialize(input),
                Version = options?.Version?.Version ?? settings.DefaultVersion,
                Tags = options?.Tags,
            };
            return converter.Deserialize<TResult>(await Add(call))!;
        });
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        EnsureLegal();
        return WaitAsync();

        async Task WaitAsync()
        {
            DateTime end = fireAt.ToUniversalTime();
            while (end - now > LongestTimer && !cancellationToken.IsCancellationRequested) await TimerAsync(now + LongestTimer, cancellationToken);
            await TimerAsync(end, cancellationToken);
        }
    }

    public override void SendEvent(string instanceId, string eventName, object payload)
    {
        EnsureLegal();
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        InstanceIds.ThrowIfBad(instanceId, nameof(instanceId));
        Note(Next(ActionKind.Event) with { Instance = instanceId, Name = eventName, Data = converter.Serialize(payload) });
    }

    public override void SetCustomStatus(object? customStatus)
    {
        EnsureLegal();
        CustomStatus = converter.Serialize(customStatus);
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
        ContinueAsNew(new ContinueAsNewOptions { NewInput = newInput, PreserveUnprocessedEvents = preserveUnprocessedEvents });

    public override void ContinueAsNew(ContinueAsNewOptions options)
    {
        EnsureLegal();
        ArgumentNullException.ThrowIfNull(options);
        Continuation = new(
            converter.Serialize(options.NewInput), options.PreserveUnprocessedEvents, string.IsNullOrWhiteSpace(options.NewVersion) ? null : options.NewVersion);
    }

    public override Guid NewGuid()
    {
        EnsureLegal();
        string name = $"{InstanceId}_{now.ToString("o", CultureInfo.InvariantCulture)}_{guids++.ToString(CultureInfo.InvariantCulture)}";
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData([.. GuidNamespace.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(name)], hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    /// <summary>Completes what waits for an action; what does not wait any more lets it pass.</summary>
    public void Complete(Message answer)
    {
        if (!open.Remove(answer.TaskId, out TaskCompletionSource<string?>? waiting)) return;
        if (answer.Failure is null) waiting.TrySetResult(answer.Data);
        else waiting.TrySetException(FailureOf(answer));
    }

    private TaskFailedException FailureOf(Message answer)
    {
        if (answer.IsFinal) final.Add(answer.TaskId);
        string name = names[answer.TaskId];
        return answer.Kind == MessageKind.ActivityFailed
            ? new TaskFailedException(name, answer.TaskId, new global::DurableTask.Core.Exceptions.TaskFailedException(answer.Failure!))
            : new TaskFailedException(name, answer.TaskId, answer.Failure!);
    }

    private async Task TimerAsync(DateTime fireAt, CancellationToken cancellation)
    {
        OrchestratorAction timer = Next(ActionKind.Timer) with { FireAt = fireAt };
        TaskCompletionSource<string?> waiting = Open(timer);
        using CancellationTokenRegistration end = cancellation.Register(() =>
        {
            if (waiting.TrySetCanceled(cancellation)) open.Remove(timer.Id);
        });
        await waiting.Task;
    }

    private Task<string?> Add(OrchestratorAction call) => Open(call).Task;

    private TaskCompletionSource<string?> Open(OrchestratorAction action)
    {
        Note(action);
        return open[action.Id] = new();
    }

    private OrchestratorAction Next(ActionKind kind) => new(kind, ++lastId);

    private void Note(OrchestratorAction action)
    {
        if (action.Name is not null) names[action.Id] = action.Name;
        if (actions.Count == settings.MaxOrchestrationActions)
        {
            throw new InvalidOperationException(
                $"The orchestrator asked for more than {settings.MaxOrchestrationActions} actions in one episode (host.json extensions.durableTask.maxOrchestrationActions).");
        }

        actions.Add(action);
    }

    private void EnsureLegal()
    {
        if (!scheduler.IsOnThread) throw new InvalidOperationException(IllegalAwait);
    }

    private static ArgumentException Misplaced(string what, string parameter) => new(
        $"A TaskOptions value was provided for the {what} input but no value was provided for options. Did you actually mean to provide a TaskOptions value for the options parameter?",
        parameter);
}
