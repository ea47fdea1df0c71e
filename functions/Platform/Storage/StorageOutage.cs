using Azure;
using Azure.Identity;
using Tidemark.Platform.Errors;

namespace Tidemark.Platform.Storage;

/// <summary>Tells exhausted infrastructure (storage down, throttled, not reachable, not yet created) from bugs.</summary>
public static class StorageOutage
{
    public static TimeSpan RetryAfter { get; } = TimeSpan.FromSeconds(5);

    public static Failure Failure { get; } = new(
        FailureKind.Unavailable,
        "Storage is not reachable",
        "The storage behind this operation does not answer right now. Nothing was changed half-way; try again after the time in Retry-After.")
    {
        RetryAfter = RetryAfter,
    };

    /// <summary>True when <paramref name="exception"/> says that storage could not serve us, after the client's own tries.</summary>
    public static bool Is(Exception exception) => exception switch
    {
        RequestFailedException { Status: 0 or 401 or 403 or 408 or 429 or >= 500 } => true,
        RequestFailedException { ErrorCode: "TableNotFound" or "ContainerNotFound" or "QueueNotFound" or "ContainerBeingDeleted" or "TableBeingDeleted" } => true,
        AuthenticationFailedException => true,
        HttpRequestException => true,
        TaskCanceledException { InnerException: TimeoutException } => true,
        AggregateException { InnerExceptions: { Count: > 0 } tries } => tries.All(IsTry),
        _ => false,
    };

    /// <summary>One try inside the client's "Retry failed after N tries": a time-out counts too.</summary>
    private static bool IsTry(Exception exception) => exception is OperationCanceledException or IOException || Is(exception);
}
