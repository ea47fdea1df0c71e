using Microsoft.Azure.Functions.Worker;
using Tidemark.Embedded;
using Xunit;
using static Tidemark.Tests.Embedded.Timers.TimerUnderTest;

namespace Tidemark.Tests.Embedded.Timers;

public sealed class TimerListenerTests(AzuriteFixture azurite)
{
    private static readonly InvocationOutcome Failure = InvocationOutcome.Failure(new InvalidOperationException("told to fail"));

    [Fact]
    public async Task Fires_once_at_each_occurrence_and_says_when_it_ran_and_runs()
    {
        await using TimerUnderTest test = new(azurite.ConnectionString);
        await test.StartAsync();

        await test.AdvanceToAsync("12:05:00");
        var first = await test.NextAsync();
        await test.AdvanceToAsync("12:10:00");
        var second = await test.NextAsync();
        await test.AdvanceToAsync("12:15:00");
        var third = await test.NextAsync();

        Assert.Equal([At("12:05:00"), At("12:10:00"), At("12:15:00")], new[] { first.At, second.At, third.At });
        Assert.Equal(default, first.Info.ScheduleStatus!.Last);
        Assert.Equal(At("12:05:00"), first.Info.ScheduleStatus.Next);
        Assert.Equal(At("12:05:00"), second.Info.ScheduleStatus!.Last);
        Assert.Equal(At("12:10:00"), second.Info.ScheduleStatus.Next);
        Assert.Equal(At("12:05:00"), second.Info.ScheduleStatus.LastUpdated);
        Assert.False(third.Info.IsPastDue);
        Assert.False(test.HasRun);
    }

    [Fact]
    public async Task New_timer_is_not_past_due_and_writes_its_first_status()
    {
        await using TimerUnderTest test = new(azurite.ConnectionString);
        await test.StartAsync();
        await test.Clock.UntilTimerAsync(TimeSpan.FromMinutes(3));

        ScheduleStatus status = await test.StatusAsync();
        Assert.Equal(default, status.Last);
        Assert.Equal(At("12:05:00"), status.Next);
        Assert.Equal(At("12:02:00"), status.LastUpdated);
        Assert.False(test.HasRun);
    }

    [Fact]
    public async Task Runs_missed_while_no_host_was_up_are_made_up_by_one_run_at_start()
    {
        await using TimerUnderTest test = new(azurite.ConnectionString);
        await RunAndStopAsync(test);
        test.Clock.AdvanceTo(At("12:33:20"));
        await test.StartAsync();

        var madeUp = await test.NextAsync();
        Assert.True(madeUp.Info.IsPastDue);
        Assert.Equal(At("12:33:20"), madeUp.At);
        Assert.Equal(At("12:05:00"), madeUp.Info.ScheduleStatus!.Last);
        Assert.Equal(At("12:10:00"), madeUp.Info.ScheduleStatus.Next);

        await test.AdvanceToAsync("12:35:00");
        var regular = await test.NextAsync();
        Assert.False(regular.Info.IsPastDue);
        Assert.Equal(At("12:33:20"), regular.Info.ScheduleStatus!.Last);
        Assert.False(test.HasRun);
    }

    [Fact]
    public async Task Changed_schedule_is_not_past_due_and_takes_effect_from_now()
    {
        await using TimerUnderTest test = new(azurite.ConnectionString);
        await RunAndStopAsync(test);
        test.Clock.AdvanceTo(At("12:33:20"));
        test.Schedule = "0 30 * * * *";
        await test.StartAsync();
        await test.Clock.UntilTimerAsync(At("13:30:00") - At("12:33:20"));

        Assert.False(test.HasRun);
        Assert.Equal(At("13:30:00"), (await test.StatusAsync()).Next);
    }

    [Fact]
    public async Task Failure_does_not_stop_the_schedule_and_the_status_advances()
    {
        await using TimerUnderTest test = new(azurite.ConnectionString) { Function = (_, _) => Task.FromResult(Failure) };
        await test.StartAsync();
        await test.AdvanceToAsync("12:05:00");
        await test.NextAsync();
        await test.AdvanceToAsync("12:10:00");

        Assert.Equal(At("12:05:00"), (await test.NextAsync()).Info.ScheduleStatus!.Last);
    }

    [Fact]
    public async Task RunOnStartup_runs_at_start_unless_a_missed_run_is_made_up_anyway()
    {
        await using TimerUnderTest test = new(azurite.ConnectionString) { RunOnStartup = true };
        TimerListener first = await test.StartAsync();
        var atStart = await test.NextAsync();
        Assert.False(atStart.Info.IsPastDue);
        Assert.Equal(At("12:02:00"), atStart.At);
        await test.Clock.UntilTimerAsync(TimeSpan.FromMinutes(3));
        await first.StopAsync(CancellationToken.None);

        test.Clock.AdvanceTo(At("12:33:20"));
        await test.StartAsync();
        Assert.True((await test.NextAsync()).Info.IsPastDue);
        await test.Clock.UntilTimerAsync(At("12:35:00") - At("12:33:20"));
        Assert.False(test.HasRun);
    }

    [Fact]
    public async Task Run_longer_than_its_interval_skips_occurrences_and_never_overlaps()
    {
        TaskCompletionSource finish = new();
        await using TimerUnderTest test = new(azurite.ConnectionString);
        test.Function = async (_, _) =>
        {
            await finish.Task;
            return InvocationOutcome.Success;
        };
        await test.StartAsync();
        await test.AdvanceToAsync("12:05:00");
        await test.NextAsync();

        test.Clock.AdvanceTo(At("12:17:00"));
        Assert.False(test.HasRun);
        finish.SetResult();
        await test.AdvanceToAsync("12:20:00");
        Assert.Equal(At("12:20:00"), (await test.NextAsync()).At);
    }

    [Fact]
    public async Task Interval_counts_from_the_end_of_the_run_before()
    {
        await using TimerUnderTest test = new(azurite.ConnectionString, "00:10:00");
        test.Function = (_, _) =>
        {
            test.Clock.Advance(TimeSpan.FromMinutes(1));
            return Task.FromResult(InvocationOutcome.Success);
        };
        await test.StartAsync();
        await test.AdvanceToAsync("12:12:00");
        await test.NextAsync();
        await test.AdvanceToAsync("12:23:00");

        Assert.Equal(At("12:23:00"), (await test.NextAsync()).At);
    }

    [Fact]
    public async Task Of_two_hosts_one_fires_and_the_other_takes_over_when_it_stops()
    {
        await using TimerUnderTest test = new(azurite.ConnectionString);
        TimerListener first = await test.StartAsync();
        await test.Clock.UntilTimerAsync(TimeSpan.FromMinutes(3));
        await test.StartAsync();
        await test.Clock.UntilTimerAsync(TimeSpan.FromMinutes(1));

        await test.AdvanceToAsync("12:05:00");
        await test.NextAsync();
        await test.Clock.UntilTimerAsync(TimeSpan.FromMinutes(5));
        Assert.False(test.HasRun);

        await first.StopAsync(CancellationToken.None);
        test.Clock.Advance(TimeSpan.FromMinutes(1));
        await test.AdvanceToAsync("12:10:00");
        Assert.Equal(At("12:05:00"), (await test.NextAsync()).Info.ScheduleStatus!.Last);
    }

    [Fact]
    public async Task Unreadable_status_is_begun_anew()
    {
        await using TimerUnderTest test = new(azurite.ConnectionString);
        await RunAndStopAsync(test);
        await test.Storage.TimerStatus("F").UploadAsync(BinaryData.FromString("{ torn"), overwrite: true, TestContext.Current.CancellationToken);
        await test.StartAsync();
        await test.AdvanceToAsync("12:10:00");

        Assert.Equal(default, (await test.NextAsync()).Info.ScheduleStatus!.Last);
    }

    private static async Task RunAndStopAsync(TimerUnderTest test)
    {
        TimerListener listener = await test.StartAsync();
        await test.AdvanceToAsync("12:05:00");
        await test.NextAsync();
        await test.Clock.UntilTimerAsync(TimeSpan.FromMinutes(5));
        await listener.StopAsync(CancellationToken.None);
    }
}
