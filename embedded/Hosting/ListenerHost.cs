using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Tidemark.Embedded;

/// <summary>
/// Listens for every queue and timer function, works on the task hub and watches the configured blob containers, from host start until the drain deadline.
/// Storage that is down does not keep the host from starting; functions switched off by <c>AzureWebJobs.{name}.Disabled</c> are left alone.
/// </summary>
internal sealed partial class ListenerHost : IHostedService, IAsyncDisposable
{
    private readonly FunctionExecutor executor;
    private readonly HostSettings host;
    private readonly StorageConnections connections;
    private readonly IConfiguration settings;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly IHostApplicationLifetime lifetime;
    private readonly List<IFunctionListener> listeners = [];

    /// <exception cref="StartRefusedException">Every schedule, queue name, connection or setting that can't work, each with function, value and remedy.</exception>
    public ListenerHost(
        FunctionCatalog catalog, FunctionExecutor executor, HostSettings host, StorageConnections connections, IConfiguration settings, TimeProvider clock, ILoggerFactory loggers,
        IHostApplicationLifetime lifetime, DurableFunctions durable, IServiceProvider services)
    {
        (this.executor, this.host, this.connections, this.settings, this.clock) = (executor, host, connections, settings, clock);
        this.lifetime = lifetime;
        logger = loggers.CreateLogger("Host.Listeners");

        List<string> problems = [];
        foreach (FunctionEntry function in catalog.Functions.Where(function => !IsDisabled(function)))
            Add($"Function '{function.Name}'", problems, () => ListenerOf(function));
        Add("The blob watcher", problems, Watcher);
        if (durable.AreThere) Add("The durable engine", problems, services.GetRequiredService<DurableEngine>);
        if (problems.Count > 0) throw new StartRefusedException(problems);
    }

    /// <summary>Listening begins once the whole host is up: one that can't have its port takes no message and runs no timer.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(() =>
        {
            foreach (IFunctionListener listener in listeners) listener.StartAsync(CancellationToken.None);
        });
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(listeners.Select(listener => listener.StopAsync(cancellationToken)));

    public async ValueTask DisposeAsync()
    {
        foreach (IFunctionListener listener in listeners) await listener.DisposeAsync();
    }

    private void Add(string what, List<string> problems, Func<IFunctionListener?> create)
    {
        try
        {
            if (create() is { } listener) listeners.Add(listener);
        }
        catch (FormatException e)
        {
            problems.Add($"{what}: {e.Message}");
        }
    }

    private bool IsDisabled(FunctionEntry function)
    {
        bool disabled = (settings[$"AzureWebJobs.{function.Name}.Disabled"] ?? settings[$"AzureWebJobs:{function.Name}:Disabled"]) is "true" or "True" or "1";
        if (disabled) LogDisabled(function.Name);
        return disabled;
    }

    private IFunctionListener? ListenerOf(FunctionEntry function)
    {
        InvokeFunction invoke = (input, cancellation) => executor.InvokeAsync(function, input, cancellation);
        return function.Trigger switch
        {
            QueueTriggerAttribute queue => new QueueListener(
                function.Name, connections.Queues(queue.Connection), QueueNames.Parse(SettingNames.Resolve(queue.QueueName, settings)), host.Queues, invoke, clock, logger,
                Time("Embedded:QueueLease")),
            TimerTriggerAttribute timer => TimerListenerOf(function, timer, invoke),
            _ => null,
        };
    }

    private TimerListener TimerListenerOf(FunctionEntry function, TimerTriggerAttribute timer, InvokeFunction invoke)
    {
        TimerSchedule schedule = TimerSchedule.Parse(timer.Schedule, settings);
        HostStorage storage = Storage();
        bool monitored = timer.UseMonitor && !schedule.IsMoreOftenThanOnceAMinute(clock.GetUtcNow());
        BlobLease singleton = new(
            storage.ListenerLock(function.Name), host.Singleton.ListenerLockPeriod, host.Singleton.ListenerLockRecoveryPollingInterval, clock, logger);
        return new(
            function.Name, schedule, timer.RunOnStartup, monitored ? new(storage.TimerStatus(function.Name), schedule, logger) : null, singleton,
            new(function.Retry, invoke, clock, new Random(HashCode.Combine(Environment.ProcessId, function.Name))), clock, logger);
    }

    private BlobWatcher? Watcher()
    {
        WatchedContainer[] containers = [.. WatchedContainer.Read(settings)];
        return containers.Length == 0
            ? null
            : new(containers, connections, Storage(), host.Queues, Time("Embedded:BlobWatcherInterval") ?? TimeSpan.FromSeconds(1), clock, logger);
    }

    private HostStorage Storage() =>
        new(connections.Blobs(), HostStorage.IdOf(settings, Assembly.GetEntryAssembly()?.GetName().Name ?? "functions"));

    private TimeSpan? Time(string name) => SettingNames.Time(name, settings);

    [LoggerMessage(31, LogLevel.Information, "Function '{Function}' is disabled by the setting AzureWebJobs.{Function}.Disabled.")]
    private partial void LogDisabled(string function);
}
