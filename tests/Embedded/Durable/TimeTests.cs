using System.Globalization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Tidemark.Tests.Embedded.Durable;

/// <summary>Everything that orchestration time decides: timers, time-outs, retries, later starts. The clock stands still until a test moves it.</summary>
public sealed class TimeTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Begin = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeClock clock = new(Begin);

    [Fact]
    public async Task Timer_of_a_week_fires_after_a_week_in_steps_of_three_days()
    {
        await using Hub hub = await StartAsync();
        string id = await hub.Client.ScheduleNewOrchestrationInstanceAsync(nameof(Times.Week), TestContext.Current.CancellationToken);

        foreach (int days in (int[])[3, 6, 7]) await PassTimerAsync(hub, Begin.AddDays(days));

        OrchestrationMetadata end = await hub.EndAsync(id);
        Assert.Equal(Begin.AddDays(7).UtcDateTime, end.ReadOutputAs<DateTime>());
        Assert.Equal(Begin.AddDays(7), end.LastUpdatedAt);
    }

    [Fact]
    public async Task Cancelled_timer_throws_at_once_and_does_no_harm_when_it_falls_due()
    {
        await using Hub hub = await StartAsync();

        OrchestrationMetadata end = await hub.RunAsync(nameof(Times.Cancelled));

        Assert.Equal("TaskCanceledException", end.ReadOutputAs<string>());
        await PassTimerAsync(hub, Begin.AddHours(1));
        await Eventually.IsAsync(async () => (await hub.Store.NextTimersAsync(TestContext.Current.CancellationToken)).Count == 0);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await hub.EndAsync(end.InstanceId)).RuntimeStatus);
    }

    [Fact]
    public async Task Wait_for_an_event_times_out_with_a_task_cancellation()
    {
        await using Hub hub = await StartAsync();
        string id = await hub.Client.ScheduleNewOrchestrationInstanceAsync(nameof(Times.Patient), TestContext.Current.CancellationToken);

        await PassTimerAsync(hub, Begin.AddMinutes(10));

        Assert.Equal("TaskCanceledException", (await hub.EndAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Retries_wait_longer_and_longer_up_to_the_longest_delay_and_end_with_the_last_failure()
    {
        await using Hub hub = await StartAsync();
        string id = await hub.Client.ScheduleNewOrchestrationInstanceAsync(nameof(Times.Retry), TestContext.Current.CancellationToken);

        // 10 s, 20 s, then 25 s instead of 40 s; four attempts and no delay after the last.
        foreach (int seconds in (int[])[10, 30, 55]) await PassTimerAsync(hub, Begin.AddSeconds(seconds));

        OrchestrationMetadata end = await hub.EndAsync(id);
        Assert.Equal("Task 'Fail' (#6) failed with an unhandled exception: attempt at 55", end.SerializedOutput);
    }

    [Fact]
    public async Task Retries_stop_at_their_time_out_and_at_a_failure_that_the_policy_gives_up()
    {
        await using Hub hub = await StartAsync();
        string id = await hub.Client.ScheduleNewOrchestrationInstanceAsync(nameof(Times.RetryBriefly), TestContext.Current.CancellationToken);

        foreach (int seconds in (int[])[10, 20]) await PassTimerAsync(hub, Begin.AddSeconds(seconds));

        Assert.Equal(["attempt at 20", "attempt at 20"], (await hub.EndAsync(id)).ReadOutputAs<string[]>()!);
    }

    [Fact]
    public async Task Retry_handler_decides_after_each_failure()
    {
        await using Hub hub = await StartAsync();

        OrchestrationMetadata end = await hub.RunAsync(nameof(Times.Handled));

        Assert.Equal(["1:attempt at 0", "2:attempt at 0", "3:attempt at 0", "attempt at 0"], end.ReadOutputAs<string[]>()!);
    }

    [Fact]
    public async Task Start_at_a_later_time_stays_pending_until_then()
    {
        await using Hub hub = await StartAsync();
        string id = await hub.Client.ScheduleNewOrchestrationInstanceAsync(
            nameof(Times.Now), new StartOrchestrationOptions(StartAt: Begin.AddDays(1)), TestContext.Current.CancellationToken);

        await Eventually.IsAsync(async () => (await hub.Store.NextTimersAsync(TestContext.Current.CancellationToken)).Count == 1);
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await hub.Client.GetInstanceAsync(id, TestContext.Current.CancellationToken))!.RuntimeStatus);
        await PassTimerAsync(hub, Begin.AddDays(1));

        Assert.Equal(Begin.AddDays(1).UtcDateTime, (await hub.EndAsync(id)).ReadOutputAs<DateTime>());
    }

    private Task<Hub> StartAsync() => Hub.StartAsync(azurite, [typeof(Times)], builder => builder.Services.AddSingleton<TimeProvider>(clock));

    /// <summary>Waits until a timer is kept that falls due at that instant, then moves the clock to it.</summary>
    private async Task PassTimerAsync(Hub hub, DateTimeOffset due)
    {
        await Eventually.IsAsync(async () => (await hub.Store.NextTimersAsync(TestContext.Current.CancellationToken)).Exists(t => t.Due == due));
        clock.AdvanceTo(due);
    }

    public sealed class Times(TimeProvider time)
    {
        [Function(nameof(Week))]
        public static async Task<DateTime> Week([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            await context.CreateTimer(TimeSpan.FromDays(7), CancellationToken.None);
            return context.CurrentUtcDateTime;
        }

        [Function(nameof(Cancelled))]
        public static async Task<string> Cancelled([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            using CancellationTokenSource source = new();
            Task timer = context.CreateTimer(TimeSpan.FromHours(1), source.Token);
            await context.CallActivityAsync(nameof(Pass));
            Cancel(source);
            return await NameOfAsync(timer);
        }

        [Function(nameof(Patient))]
        public static Task<string> Patient([OrchestrationTrigger] TaskOrchestrationContext context) =>
            NameOfAsync(context.WaitForExternalEvent<string>("never", TimeSpan.FromMinutes(10)));

        [Function(nameof(Retry))]
        public static Task Retry([OrchestrationTrigger] TaskOrchestrationContext context) => context.CallActivityAsync(
            nameof(Fail), TaskOptions.FromRetryPolicy(new RetryPolicy(4, TimeSpan.FromSeconds(10), 2, TimeSpan.FromSeconds(25))));

        [Function(nameof(RetryBriefly))]
        public static async Task<string[]> RetryBriefly([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            RetryPolicy brief = new(100, TimeSpan.FromSeconds(10), retryTimeout: TimeSpan.FromSeconds(15));
            string first = await ReasonAsync(context.CallActivityAsync(nameof(Fail), new TaskOptions(brief)));
            RetryPolicy picky = new(100, TimeSpan.FromSeconds(10)) { HandleFailure = failure => !failure.IsCausedBy<InvalidOperationException>() };
            return [first, await ReasonAsync(context.CallActivityAsync(nameof(Fail), new TaskOptions(picky)))];
        }

        [Function(nameof(Handled))]
        public static async Task<string[]> Handled([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            List<string> failures = [];
            TaskOptions options = TaskOptions.FromRetryHandler(retry =>
            {
                failures.Add($"{retry.LastAttemptNumber}:{retry.LastFailure.ErrorMessage}");
                return retry.LastAttemptNumber < 3;
            });
            failures.Add(await ReasonAsync(context.CallActivityAsync(nameof(Fail), options)));
            return [.. failures];
        }

        [Function(nameof(Now))]
        public static Task<DateTime> Now([OrchestrationTrigger] TaskOrchestrationContext context) => Task.FromResult(context.CurrentUtcDateTime);

        [Function(nameof(Fail))]
        public void Fail([ActivityTrigger] object? nothing) =>
            throw new InvalidOperationException($"attempt at {(time.GetUtcNow() - Begin).TotalSeconds.ToString(CultureInfo.InvariantCulture)}");

        [Function(nameof(Pass))]
        public void Pass([ActivityTrigger] object? nothing)
        {
        }

        private static void Cancel(CancellationTokenSource source) => source.Cancel();

        private static async Task<string> ReasonAsync(Task task)
        {
            try
            {
                await task;
                return "none";
            }
            catch (TaskFailedException e)
            {
                return e.FailureDetails.ErrorMessage;
            }
        }

        private static async Task<string> NameOfAsync(Task task)
        {
            try
            {
                await task;
                return "none";
            }
            catch (OperationCanceledException e)
            {
                return e.GetType().Name;
            }
        }
    }
}
