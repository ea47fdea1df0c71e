using Microsoft.Azure.Functions.Worker;
using Tidemark.Embedded;
using Xunit;

namespace Tidemark.Tests.Embedded.Timers;

public sealed class TimerRetryTests
{
    private static readonly InvocationOutcome Failure = InvocationOutcome.Failure(new InvalidOperationException("told to fail"));

    private readonly FakeClock clock = new();
    private readonly List<(int? Count, int? Max)> attempts = [];

    [Fact]
    public async Task Without_an_attribute_a_failure_is_final_and_there_is_no_retry_context()
    {
        Assert.False((await RunAsync(null, failures: 1, CancellationToken.None)).Succeeded);
        Assert.Equal([(null, null)], attempts);
    }

    [Fact]
    public async Task Fixed_delay_waits_the_same_before_each_retry_and_counts_from_zero()
    {
        Task<InvocationOutcome> run = RunAsync(new FixedDelayRetryAttribute(3, "00:00:10"), failures: 2, CancellationToken.None);
        for (int i = 0; i < 2; i++)
        {
            await clock.UntilTimerAsync(TimeSpan.FromSeconds(10));
            clock.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.True((await run).Succeeded);
        Assert.Equal([(0, 3), (1, 3), (2, 3)], attempts);
    }

    [Fact]
    public async Task Last_retry_that_fails_is_the_outcome()
    {
        Task<InvocationOutcome> run = RunAsync(new FixedDelayRetryAttribute(1, "00:00:10"), failures: 9, CancellationToken.None);
        await clock.UntilTimerAsync(TimeSpan.FromSeconds(10));
        clock.Advance(TimeSpan.FromSeconds(10));

        Assert.False((await run).Succeeded);
        Assert.Equal([(0, 1), (1, 1)], attempts);
    }

    [Fact]
    public async Task Exponential_delay_doubles_from_the_minimum_to_the_maximum()
    {
        Task<InvocationOutcome> run = RunAsync(new ExponentialBackoffRetryAttribute(-1, "00:00:04", "00:00:30"), failures: 6, CancellationToken.None);
        (double AtLeast, double AtMost)[] waits = [(4, 4), (7.2, 8.8), (13.6, 18.4), (26.4, 30), (30, 30), (30, 30)];
        foreach (var (atLeast, atMost) in waits)
        {
            clock.Advance(await clock.UntilTimerAsync(TimeSpan.FromSeconds(atLeast), TimeSpan.FromSeconds(atMost)));
        }

        Assert.True((await run).Succeeded);
        Assert.Equal(7, attempts.Count);
        Assert.Equal((6, -1), attempts[^1]);
    }

    [Fact]
    public async Task Stop_ends_the_wait_for_a_retry()
    {
        using CancellationTokenSource stopping = new();
        Task<InvocationOutcome> run = RunAsync(new FixedDelayRetryAttribute(-1, "1.00:00:00"), failures: int.MaxValue, stopping.Token);
        await clock.UntilTimerAsync(TimeSpan.FromDays(1));
        await stopping.CancelAsync();

        Assert.False((await run).Succeeded);
        Assert.Single(attempts);
    }

    private Task<InvocationOutcome> RunAsync(RetryAttribute? attribute, int failures, CancellationToken stopping)
    {
        TimerRetry retry = new(attribute, InvokeAsync, clock, new Random(1));
        return retry.InvokeAsync(new(new TimerInfo(), new Dictionary<string, object?>()), CancellationToken.None, stopping);

        Task<InvocationOutcome> InvokeAsync(TriggerInput input, CancellationToken cancellation)
        {
            attempts.Add((input.Retry?.RetryCount, input.Retry?.MaxRetryCount));
            return Task.FromResult(attempts.Count > failures ? InvocationOutcome.Success : Failure);
        }
    }
}
