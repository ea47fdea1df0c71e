using Microsoft.DurableTask;

namespace Tidemark.Embedded;

/// <summary>Retries, which are orchestrator code: their delays are durable timers.</summary>
internal sealed partial class OrchestrationContext
{
    private readonly Dictionary<int, string> names = [];
    private readonly HashSet<int> final = [];

    private Task<T> RetryAsync<T>(string name, TaskOptions? options, Func<Task<T>> attempt)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return options?.Retry switch
        {
            { Policy: { } policy } => ByPolicyAsync(policy, attempt),
            { Handler: { } handler } => ByHandlerAsync(handler, attempt),
            _ => attempt(),
        };
    }

    private async Task<T> ByPolicyAsync<T>(RetryPolicy policy, Func<Task<T>> attempt)
    {
        DateTime first = now;
        for (int failures = 1; ; failures++)
        {
            try
            {
                return await attempt();
            }
            catch (TaskFailedException failed) when (MayRetry(policy, failed, failures, now - first))
            {
                // Waits below, outside of the handler.
            }

            await TimerAsync(now + DelayAfter(failures, policy), CancellationToken.None);
        }
    }

    private async Task<T> ByHandlerAsync<T>(AsyncRetryHandler handler, Func<Task<T>> attempt)
    {
        DateTime first = now;
        for (int failures = 1; ; failures++)
        {
            try
            {
                return await attempt();
            }
            catch (TaskFailedException failed) when (!final.Contains(failed.TaskId))
            {
                if (!await handler(new(this, failures, failed.FailureDetails, now - first, CancellationToken.None))) throw;
            }
        }
    }

    private bool MayRetry(RetryPolicy policy, TaskFailedException failed, int failures, TimeSpan elapsed) =>
        failures < policy.MaxNumberOfAttempts
        && !final.Contains(failed.TaskId)
        && (policy.RetryTimeout == Timeout.InfiniteTimeSpan || elapsed < policy.RetryTimeout)
        && (policy.HandleFailure?.Invoke(failed.FailureDetails) ?? true);

    private static TimeSpan DelayAfter(int failures, RetryPolicy policy)
    {
        double delay = policy.FirstRetryInterval.TotalMilliseconds * Math.Pow(policy.BackoffCoefficient, failures - 1);
        TimeSpan longest = policy.MaxRetryInterval == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : policy.MaxRetryInterval;
        return delay < longest.TotalMilliseconds ? TimeSpan.FromMilliseconds(delay) : longest;
    }
}
