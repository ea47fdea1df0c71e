using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Tidemark.Embedded;

/// <summary>
/// What <c>host.json</c> says, checked. Every setting can be overridden as in Azure by an application setting
/// <c>AzureFunctionsJobHost__{path}</c>, e.g. <c>AzureFunctionsJobHost__extensions__queues__batchSize</c>.
/// </summary>
/// <param name="FunctionTimeout">Longest run of one invocation; null = unbounded (<c>"-1"</c>). Default 30 minutes.</param>
/// <param name="LogLevels">Least level logged by category; the key <c>default</c> stands for all others.</param>
/// <param name="TelemetryMode"><c>OpenTelemetry</c>, or null for the genuine host's default.</param>
internal sealed record HostSettings(
    HttpSettings Http,
    QueueSettings Queues,
    SingletonSettings Singleton,
    DurableSettings Durable,
    TimeSpan? FunctionTimeout,
    IReadOnlyDictionary<string, LogLevel> LogLevels,
    string? TelemetryMode)
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(30);

    /// <summary>Reads <c>host.json</c> in <paramref name="folder"/>, overridden by <paramref name="application"/>.</summary>
    /// <exception cref="StartRefusedException">Every setting that the genuine host refuses, each with path, value and what is allowed.</exception>
    public static HostSettings Load(string folder, IConfiguration application)
    {
        string path = Path.Combine(folder, "host.json");
        if (!File.Exists(path)) throw new StartRefusedException([$"{path} is missing; the smallest one is {{\"version\": \"2.0\"}}."]);
        try
        {
            return Read(new ConfigurationBuilder()
                .AddJsonFile(path, optional: false)
                .AddConfiguration(application.GetSection("AzureFunctionsJobHost"))
                .Build());
        }
        catch (InvalidDataException e)
        {
            throw new StartRefusedException([$"{path} can't be read: {e.InnerException?.Message ?? e.Message}"]);
        }
    }

    /// <summary>Checks settings that were read already; <paramref name="host"/> has the structure of <c>host.json</c>.</summary>
    public static HostSettings Read(IConfiguration host)
    {
        SettingReader reader = new(host);
        reader.Choice("version", null, ["2.0"]);
        HostSettings settings = new(
            HttpSettings.Read(reader),
            QueueSettings.Read(reader),
            SingletonSettings.Read(reader),
            DurableSettings.Read(reader),
            Timeout(reader),
            Levels(reader, host.GetSection("logging:logLevel")),
            host["telemetryMode"] is null ? null : reader.Choice("telemetryMode", null, ["OpenTelemetry", "ApplicationInsights"]));
        reader.ThrowIfRefused();
        return settings;
    }

    private static TimeSpan? Timeout(SettingReader reader) =>
        reader.Text("functionTimeout", null) == "-1"
            ? null
            : reader.Time("functionTimeout", DefaultTimeout, TimeSpan.FromSeconds(1), TimeSpan.MaxValue, "or -1 for unbounded");

    private static Dictionary<string, LogLevel> Levels(SettingReader reader, IConfigurationSection section) =>
        section.GetChildren().ToDictionary(
            category => category.Key,
            category => Enum.Parse<LogLevel>(reader.Choice($"logging:logLevel:{category.Key}", "Information", Enum.GetNames<LogLevel>())),
            StringComparer.OrdinalIgnoreCase);
}

/// <param name="RoutePrefix">First segment of every route, without slashes at the ends; may be empty. Default <c>api</c>.</param>
/// <param name="MaxOutstandingRequests">Requests held at once, queued or running; above it 429. Null = unbounded.</param>
/// <param name="MaxConcurrentRequests">Requests run at once; above it they queue. Null = unbounded.</param>
internal sealed record HttpSettings(string RoutePrefix, int? MaxOutstandingRequests, int? MaxConcurrentRequests)
{
    public static HttpSettings Read(SettingReader reader) => new(
        (reader.Text("extensions:http:routePrefix", "api") ?? "").Trim('/'),
        Limit(reader, "extensions:http:maxOutstandingRequests"),
        Limit(reader, "extensions:http:maxConcurrentRequests"));

    private static int? Limit(SettingReader reader, string path) => reader.Number(path, -1, -1, int.MaxValue) is var limit and > 0 ? limit : null;
}

/// <param name="BatchSize">Messages fetched at once, 1..32. Default 16.</param>
/// <param name="NewBatchThreshold">A batch is fetched when no more than this many messages are in work. Default half a batch per core.</param>
/// <param name="MaxPollingInterval">Longest wait between two polls of an empty queue, at least 100 ms. Default 1 minute.</param>
/// <param name="VisibilityTimeout">Time after which a failed message may be tried again. Default 0.</param>
/// <param name="MaxDequeueCount">Tries before a message goes to the poison queue, at least 1. Default 5.</param>
/// <param name="Base64">Message bodies are base64 (the genuine default) rather than plain text.</param>
internal sealed record QueueSettings(
    int BatchSize, int NewBatchThreshold, TimeSpan MaxPollingInterval, TimeSpan VisibilityTimeout, int MaxDequeueCount, bool Base64)
{
    public static readonly TimeSpan MinPollingInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Messages in work at once. Default <c>BatchSize + NewBatchThreshold</c>, as in the genuine host.</summary>
    public long MostAtOnce { get; init; } = (long)BatchSize + NewBatchThreshold;

    public static QueueSettings Read(SettingReader reader)
    {
        int batchSize = reader.Number("extensions:queues:batchSize", 16, 1, 32);
        return new(
            batchSize,
            reader.Number("extensions:queues:newBatchThreshold", batchSize / 2 * Environment.ProcessorCount, 0, int.MaxValue),
            reader.Time("extensions:queues:maxPollingInterval", TimeSpan.FromMinutes(1), MinPollingInterval, TimeSpan.MaxValue),
            reader.Time("extensions:queues:visibilityTimeout", TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromDays(7)),
            reader.Number("extensions:queues:maxDequeueCount", 5, 1, int.MaxValue),
            reader.Choice("extensions:queues:messageEncoding", "base64", ["base64", "none"]) == "base64");
    }
}

/// <summary>How one of several hosts keeps a timer to itself.</summary>
/// <param name="ListenerLockPeriod">Length of the blob lease, 15..60 s. Default 1 minute.</param>
/// <param name="ListenerLockRecoveryPollingInterval">How often a host that lost the race tries again, at least 15 s. Default 1 minute.</param>
internal sealed record SingletonSettings(TimeSpan ListenerLockPeriod, TimeSpan ListenerLockRecoveryPollingInterval)
{
    public static SingletonSettings Read(SettingReader reader) => new(
        reader.Time("singleton:listenerLockPeriod", TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(1)),
        reader.Time("singleton:listenerLockRecoveryPollingInterval", TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(15), TimeSpan.MaxValue));
}
