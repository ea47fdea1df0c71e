using System.Globalization;
using Microsoft.Azure.Functions.Worker;

namespace Tidemark.Embedded;

/// <summary>
/// Invokes a function and, where it carries a retry attribute, again after each failure. The count lives in memory only
/// and starts anew with the host.
/// </summary>
internal sealed class TimerRetry(RetryAttribute? attribute, InvokeFunction invoke, TimeProvider clock, Random random)
{
    private const int Endless = -1;

    /// <param name="abort">The cancellation token of the invocations.</param>
    /// <param name="stopping">Ends the wait before a retry; the last failure is then the outcome.</param>
    public async Task<InvocationOutcome> InvokeAsync(TriggerInput input, CancellationToken abort, CancellationToken stopping)
    {
        if (attribute is null) return await invoke(input, abort);

        ExponentialBackoff? backoff = attribute is ExponentialBackoffRetryAttribute exponential
            ? new(Time(exponential.MinimumInterval), Time(exponential.MaximumInterval), random)
            : null;
        for (int retry = 0; ; retry++)
        {
            InvocationOutcome outcome = await invoke(input with { Retry = new Attempt(retry, attribute.MaxRetryCount) }, abort);
            if (outcome.Succeeded || (attribute.MaxRetryCount != Endless && retry >= attribute.MaxRetryCount)) return outcome;

            TimeSpan delay = backoff?.Next() ?? Time(((FixedDelayRetryAttribute)attribute).DelayInterval);
            if (!await clock.PauseAsync(delay, stopping)) return outcome;
        }
    }

    private static TimeSpan Time(string text) => TimeSpan.Parse(text, CultureInfo.InvariantCulture);

    private sealed class Attempt(int count, int max) : RetryContext
    {
        public override int RetryCount => count;

        public override int MaxRetryCount => max;
    }
}
