using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Monitoring;
using Tidemark.Platform.Storage;

namespace Tidemark.Platform.PredictionLog;

/// <summary>The log policies of models, from section <c>log</c> of their monitoring, kept and refreshed in the background; the last known one is kept while storage is down.</summary>
public sealed partial class LogPolicies(MonitoringStore store, IOptions<PredictionLogOptions> options, TimeProvider time, ILogger<LogPolicies> logger)
{
    private static readonly TimeSpan WhileUnknown = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, Known> models = new(StringComparer.Ordinal);
    /// <summary>What holds for a model whose monitoring says nothing of the log.</summary>
    public LogPolicy ByDefault { get; } = new()
    {
        SampleRate = options.Value.SampleRate,
        MaxRowsPerSecond = options.Value.MaxRowsPerSecond,
        Hash = PersonalHash.Parse(options.Value.HashKey).Value,
    };

    /// <summary>What is known of the model's policy, at once; the same instance while it stays as it is. Null until it has been read: then nothing may be logged.</summary>
    public LogPolicy? Current(string model)
    {
        Known known = models.GetOrAdd(model, static _ => new Known());
        if (IsOld(known) && known.TryAsk(time.GetTimestamp()))
            _ = Task.Run(() => RefreshAsync(model, known));
        return known.Policy;
    }

    /// <summary>The model's policy, read now unless it is fresh.</summary>
    public async Task<Outcome<LogPolicy>> ReadAsync(string model, CancellationToken cancellation)
    {
        Known known = models.GetOrAdd(model, static _ => new Known());
        if (known.Policy is { } fresh && !IsOld(known))
            return fresh;
        known.TryAsk(time.GetTimestamp());
        await RefreshAsync(model, known).WaitAsync(cancellation);
        return known.Policy is { } policy ? policy : StorageOutage.Failure;
    }

    private bool IsOld(Known known) => known.Asked == 0 || time.GetElapsedTime(known.Asked) > (known.Policy is null ? WhileUnknown : options.Value.PolicyRefresh);

    private async Task RefreshAsync(string model, Known known)
    {
        try
        {
            MonitoringDocument document = await store.ReadAsync(model, CancellationToken.None);
            if (document.Tag == known.Tag && known.Policy is not null)
                return;
            Outcome<LogPolicy> policy = document.Settings["log"] is { } section ? LogPolicy.Parse(JsonSerializer.SerializeToElement(section), ByDefault) : ByDefault;
            if (policy.Ok)
                (known.Tag, known.Policy) = (document.Tag, policy.Value);
            else
                LogUnreadable(model, policy.Failure.Detail);
        }
        catch (Exception e) when (StorageOutage.Is(e))
        {
            LogUnreadable(model, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "How model {Model} is logged can't be read; what was known stays, and before anything is known nothing is logged: {Reason}")]
    private partial void LogUnreadable(string model, string reason);

    private sealed class Known
    {
        private long asked;

        /// <summary>Timestamp of the last question to storage; 0 before the first.</summary>
        public long Asked => Volatile.Read(ref asked);

        public LogPolicy? Policy { get; set; }

        public string? Tag { get; set; }

        /// <summary>Notes that somebody asks storage now; false when another does.</summary>
        public bool TryAsk(long now)
        {
            long before = Asked;
            return Interlocked.CompareExchange(ref asked, now, before) == before;
        }
    }
}
