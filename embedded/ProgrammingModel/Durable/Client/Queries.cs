namespace Microsoft.DurableTask.Client;

/// <summary>Which instances a query returns.</summary>
public record OrchestrationQuery(
    DateTimeOffset? CreatedFrom = null,
    DateTimeOffset? CreatedTo = null,
    IEnumerable<OrchestrationRuntimeStatus>? Statuses = null,
    IEnumerable<string>? TaskHubNames = null,
    string? InstanceIdPrefix = null,
    int PageSize = OrchestrationQuery.DefaultPageSize,
    bool FetchInputsAndOutputs = false,
    string? ContinuationToken = null)
{
    public const int DefaultPageSize = 100;
}

/// <summary>Which ended instances are purged.</summary>
public record PurgeInstancesFilter(
    DateTimeOffset? CreatedFrom = null, DateTimeOffset? CreatedTo = null, IEnumerable<OrchestrationRuntimeStatus>? Statuses = null)
{
    /// <summary>When this has passed, the purge stops and says that it is not complete; null is unbounded.</summary>
    public TimeSpan? Timeout { get; init; }
}

/// <param name="Recursive">Whether sub-orchestrations go too. The embedded runtime refuses true.</param>
public record PurgeInstanceOptions(bool Recursive = false);

/// <param name="Output">Becomes the output of the instance.</param>
/// <param name="Recursive">Whether sub-orchestrations that run are terminated too.</param>
public record TerminateInstanceOptions(object? Output = null, bool Recursive = false);

public class PurgeResult
{
    public PurgeResult(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        PurgedInstanceCount = count;
    }

    public PurgeResult(int count, bool? isComplete)
        : this(count) => IsComplete = isComplete;

    public int PurgedInstanceCount { get; }

    /// <summary>False: call again for the rest.</summary>
    public bool? IsComplete { get; }
}

public static class StartOrchestrationOptionsExtensions
{
    /// <summary>Refuses the start where an instance of the same identifier is in one of these states.</summary>
    public static StartOrchestrationOptions WithDedupeStatuses(this StartOrchestrationOptions options, params OrchestrationRuntimeStatus[] dedupeStatuses)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options with { DedupeStatuses = [.. dedupeStatuses.Select(s => s.ToString())] };
    }
}
