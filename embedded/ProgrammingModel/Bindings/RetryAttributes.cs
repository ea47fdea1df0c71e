using System.Globalization;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Base of the function-level retry attributes; only timer functions may carry one here.</summary>
[AttributeUsage(AttributeTargets.Method)]
public abstract class RetryAttribute : Attribute
{
    public RetryAttribute()
    {
    }

    /// <summary>Retries after the first attempt; -1 is for ever.</summary>
    public int MaxRetryCount { get; set; }

    /// <summary>Parses an interval "HH:mm:ss" that must not be negative.</summary>
    private protected static TimeSpan Interval(string text, string parameter)
    {
        if (!TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan interval))
            throw new ArgumentOutOfRangeException(parameter, text, "The interval must have the form HH:mm:ss.");
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, TimeSpan.Zero, parameter);
        return interval;
    }
}

/// <summary>Retries after a fixed delay.</summary>
public class FixedDelayRetryAttribute : RetryAttribute
{
    public FixedDelayRetryAttribute(int maxRetryCount, string delayInterval)
    {
        _ = Interval(delayInterval, nameof(delayInterval));
        MaxRetryCount = maxRetryCount;
        DelayInterval = delayInterval;
    }

    /// <summary>Delay as HH:mm:ss.</summary>
    public string DelayInterval { get; }
}

/// <summary>Retries after delays that grow from a minimum to a maximum.</summary>
public class ExponentialBackoffRetryAttribute : RetryAttribute
{
    public ExponentialBackoffRetryAttribute(int maxRetryCount, string minimumInterval, string maximumInterval)
    {
        if (Interval(minimumInterval, nameof(minimumInterval)) > Interval(maximumInterval, nameof(maximumInterval)))
            throw new ArgumentException("The minimum interval must not exceed the maximum interval.", nameof(minimumInterval));
        MaxRetryCount = maxRetryCount;
        MinimumInterval = minimumInterval;
        MaximumInterval = maximumInterval;
    }

    /// <summary>Shortest delay as HH:mm:ss.</summary>
    public string MinimumInterval { get; }

    /// <summary>Longest delay as HH:mm:ss.</summary>
    public string MaximumInterval { get; }
}
