using System.Collections.Concurrent;
using Azure.Storage.Queues.Models;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace Tidemark.Embedded;

/// <summary>
/// Works on the task hub: takes what the two queues name, at most so many orchestrators and activities at once as host.json says, and
/// delivers timers. Any number of hosts may do so with one hub.
/// </summary>
internal sealed partial class DurableEngine : IFunctionListener
{
    // A message that could not be worked on is tried again after this.
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    // Messages held at once, many of them perhaps for one instance; how many instances are moved at once is another matter.
    private const int InstancesAtHand = 256;

    private readonly DurableStore store;
    private readonly DurableSettings settings;
    private readonly DurableFunctions functions;
    private readonly DataConverter converter;
    private readonly FunctionExecutor executor;
    private readonly ILoggerFactory loggers;
    private readonly ILogger logger;
    private readonly InstanceWork instances;
    private readonly ActivityWork activities;
    private readonly SemaphoreSlim orchestrators;
    private readonly ConcurrentDictionary<string, Moving> moving = new();
    private readonly QueueListener control;
    private readonly QueueListener work;
    private readonly TimerLoop timers;

    /// <param name="lease">After this time without renewal the work of a dead host is taken over.</param>
    public DurableEngine(
        DurableStore store, DurableSettings settings, DurableFunctions functions, DataConverter converter, FunctionExecutor executor, TimeSpan lease, ILoggerFactory loggers)
    {
        (this.store, this.settings, this.functions, this.converter, this.executor, this.loggers) = (store, settings, functions, converter, executor, loggers);
        logger = loggers.CreateLogger("Host.Durable");
        instances = new(store, settings, Guid.NewGuid().ToString("N"), lease, PlayAsync, logger);
        activities = new(store, functions, converter, lease, RunAsync, logger);
        orchestrators = new(settings.MaxConcurrentOrchestrators);
        control = ListenerOf(store.ControlQueue, store.ControlSignal, InstancesAtHand, lease, (message, abort) => MoveAsync(message.Body.ToString(), abort));
        work = ListenerOf(
            store.WorkQueue, store.WorkSignal, settings.MaxConcurrentActivities, lease,
            (message, abort) => activities.RunAsync(Episode.FromJson<ActivityPointer>(message.Body.ToString()), abort));
        timers = new(store, settings.MaxPollingInterval, lease, logger);
    }

    public Task StartAsync(CancellationToken cancellation)
    {
        control.StartAsync(cancellation);
        work.StartAsync(cancellation);
        timers.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken drainDeadline) =>
        Task.WhenAll(control.StopAsync(drainDeadline), work.StopAsync(drainDeadline), timers.StopAsync(drainDeadline));

    public async ValueTask DisposeAsync()
    {
        await control.DisposeAsync();
        await work.DisposeAsync();
        await timers.DisposeAsync();
        orchestrators.Dispose();
    }

    private QueueListener ListenerOf(string queue, Signal signal, int atOnce, TimeSpan lease, Func<QueueMessage, CancellationToken, Task> handle)
    {
        // More are fetched as soon as one has ended: one that runs for an hour must not keep the rest waiting.
        const int Batch = 32;
        QueueSettings polling = new(Batch, atOnce - 1, settings.MaxPollingInterval, Retry, MaxDequeueCount: int.MaxValue, Base64: false) { MostAtOnce = atOnce };
        return new(
            $"durable {queue}", store.Queues, queue, polling, (input, abort) => TryAsync(() => handle((QueueMessage)input.Value!, abort), abort),
            TimeProvider.System, logger, lease, signal);
    }

    private async Task<InvocationOutcome> TryAsync(Func<Task> work, CancellationToken abort)
    {
        try
        {
            await work();
            return InvocationOutcome.Success;
        }
        catch (Exception e)
        {
            if (e is BusyException) LogBusy(e.Message);
            else if (!abort.IsCancellationRequested) LogFailed(e);
            return InvocationOutcome.Failure(e);
        }
    }

    /// <summary>
    /// Moves an instance on, one call at a time: who comes while it is moved waits for that, and it is then moved once more, whatever the number of callers.
    /// </summary>
    private Task MoveAsync(string instance, CancellationToken cancellation)
    {
        while (true)
        {
            Moving mine = new();
            Moving current = moving.GetOrAdd(instance, mine);
            if (current == mine)
            {
                mine.Done = Task.Run(() => MoveAsync(instance, mine, cancellation), CancellationToken.None);
                mine.Begun.SetResult();
                return mine.Done;
            }

            lock (current.Gate)
            {
                if (current.HasEnded) continue;
                current.Again = true;
            }

            return WaitAsync(current);
        }

        static async Task WaitAsync(Moving moving)
        {
            await moving.Begun.Task;
            await moving.Done;
        }
    }

    private async Task MoveAsync(string instance, Moving mine, CancellationToken cancellation)
    {
        await orchestrators.WaitAsync(cancellation);
        try
        {
            do
            {
                mine.Again = false;
                await instances.MoveAsync(instance, cancellation);
            }
            while (!mine.TryEnd());
        }
        finally
        {
            lock (mine.Gate) mine.HasEnded = true;
            moving.TryRemove(instance, out _);
            orchestrators.Release();
        }
    }

    private async Task<ReplayResult> PlayAsync(InstanceRow row, IReadOnlyList<Episode> history, Episode current)
    {
        if (functions.Orchestrator(row.Name) is not { } function) return Refused(current, typeof(ArgumentException).FullName!, functions.NoOrchestrator(row.Name));
        if (!settings.Accepts(row.Version))
            return Refused(current, "VersionMismatch", $"The orchestration version '{row.Version}' does not match the worker version '{settings.DefaultVersion}' ({settings.MatchStrategy}).");

        Invocation? invocation = null;
        OrchestratorScheduler scheduler = new(() => LogIntrusion(row.Name, row.Id, new InvalidOperationException(OrchestrationContext.IllegalAwait)));
        OrchestrationContext context = new(row, converter, settings, loggers, scheduler);
        OrchestratorReplay replay = new(context, scheduler, converter, () =>
        {
            invocation = executor.Begin(function, new TriggerInput(context, BindingData(("instanceId", row.Id))));
            return executor.CallAsync(invocation);
        });
        try
        {
            return replay.Play(history, current);
        }
        finally
        {
            if (invocation is not null) await invocation.DisposeAsync();
        }
    }

    private Task<(InvocationOutcome Outcome, object? Result)> RunAsync(FunctionEntry function, string instance, string? input, CancellationToken abort) =>
        executor.InvokeForResultAsync(
            function,
            new TriggerInput(input, BindingData(("instanceId", instance), ("data", input), (function.TriggerParameter.Name!, input))),
            abort);

    private static ReplayResult Refused(Episode episode, string type, string reason) =>
        new(episode, null) { HasCompleted = true, Failure = new TaskFailureDetails(type, reason, null, null, null) };

    private static Dictionary<string, object?> BindingData(params (string Name, object? Value)[] values)
    {
        Dictionary<string, object?> data = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, object? value) in values) data[name] = value;
        return data;
    }

    [LoggerMessage(81, LogLevel.Debug, "{Reason}")]
    private partial void LogBusy(string reason);

    [LoggerMessage(82, LogLevel.Error, "Work on the task hub failed; it is tried again.")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(83, LogLevel.Error,
        "The orchestrator '{Name}' of instance '{Instance}' went on outside of its thread; what it does there is lost. It awaits something that is not durable.")]
    private partial void LogIntrusion(string name, string instance, Exception exception);

    private sealed class Moving
    {
        public Lock Gate { get; } = new();

        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Done { get; set; } = Task.CompletedTask;

        public bool Again { get; set; }

        public bool HasEnded { get; set; }

        public bool TryEnd()
        {
            lock (Gate) return HasEnded = !Again;
        }
    }
}
