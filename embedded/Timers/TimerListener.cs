using System.Globalization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Tidemark.Embedded;

/// <summary>
/// Runs one timer function on its schedule, on one host at a time, never overlapping itself. A run that was missed while no host was up
/// is made up once, at start. A failed run does not stop the schedule.
/// </summary>
internal sealed partial class TimerListener : IFunctionListener
{
    private readonly string function;
    private readonly TimerSchedule schedule;
    private readonly ScheduleMonitor? monitor;
    private readonly TimerRetry retry;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly Outage outage;
    private readonly BackgroundLoop loop;
    private bool runOnStartup;

    /// <param name="monitor">Null where the trigger switches it off or the schedule is more frequent than once a minute.</param>
    public TimerListener(
        string function, TimerSchedule schedule, bool runOnStartup, ScheduleMonitor? monitor, BlobLease singleton, TimerRetry retry, TimeProvider clock, ILogger logger)
    {
        (this.function, this.schedule, this.runOnStartup, this.monitor) = (function, schedule, runOnStartup, monitor);
        (this.retry, this.clock, this.logger) = (retry, clock, logger);
        outage = new($"The status blob of timer '{function}'", logger);
        loop = new(function, (stopping, abort) => singleton.RunAsync(held => RunAsync(held, abort), stopping), clock, logger);
    }

    public Task StartAsync(CancellationToken cancellation)
    {
        loop.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken drainDeadline) => loop.StopAsync(drainDeadline);

    public ValueTask DisposeAsync() => loop.DisposeAsync();

    private async Task RunAsync(CancellationToken held, CancellationToken abort)
    {
        if (await OpenAsync(held) is not { } status) return;

        DateTimeOffset due = ScheduleMonitor.Utc(status.Next);
        bool pastDue = monitor is not null && clock.GetUtcNow() > due;
        bool atStartup = runOnStartup && !pastDue;
        runOnStartup = false;
        if (pastDue) LogPastDue(function, due);
        if (pastDue || atStartup) (status, due) = await FireAsync(status, scheduled: null, pastDue, held, abort);

        LogNext(function, due);
        while (await clock.PauseUntilAsync(due, held)) (status, due) = await FireAsync(status, due, isPastDue: false, held, abort);
    }

    /// <summary>Tried until storage answers; null when the host stops or loses the lease before.</summary>
    private async Task<ScheduleStatus?> OpenAsync(CancellationToken held)
    {
        do
        {
            DateTimeOffset now = clock.GetUtcNow();
            if (monitor is null) return new() { Next = schedule.Next(now).UtcDateTime, LastUpdated = now.UtcDateTime };
            try
            {
                ScheduleStatus status = await monitor.OpenAsync(now, held);
                outage.Ended();
                return status;
            }
            catch (Exception e)
            {
                if (!held.IsCancellationRequested) outage.Began(e);
            }
        }
        while (await clock.PauseAsync(TimeSpan.FromSeconds(1), held));

        return null;
    }

    /// <param name="scheduled">The occurrence that this run is for; null for a run at start.</param>
    /// <returns>The status after the run, and when to run next: counted from the end of this run, so that runs never overlap.</returns>
    private async Task<(ScheduleStatus Status, DateTimeOffset Due)> FireAsync(
        ScheduleStatus status, DateTimeOffset? scheduled, bool isPastDue, CancellationToken held, CancellationToken abort)
    {
        DateTimeOffset fired = clock.GetUtcNow();
        TimerInfo info = new() { IsPastDue = isPastDue, ScheduleStatus = monitor is null ? null : status };
        Dictionary<string, object?> bindingData = new(StringComparer.OrdinalIgnoreCase) { ["TimerTrigger"] = fired.ToString("O", CultureInfo.InvariantCulture) };
        await retry.InvokeAsync(new(info, bindingData), abort, held);

        // A clock may fire a little early; counting on from the scheduled time keeps the same occurrence from firing twice.
        DateTimeOffset last = scheduled > fired ? scheduled.Value : fired;
        ScheduleStatus after = new() { Last = last.UtcDateTime, Next = schedule.Next(last).UtcDateTime, LastUpdated = last.UtcDateTime };
        await SaveAsync(after, abort);
        DateTimeOffset ended = clock.GetUtcNow();
        return (after, schedule.Next(ended > last ? ended : last));
    }

    /// <summary>A status that can't be stored is a run that a restart repeats; the schedule goes on.</summary>
    private async Task SaveAsync(ScheduleStatus status, CancellationToken abort)
    {
        if (monitor is null) return;
        try
        {
            await monitor.SaveAsync(status, abort);
            outage.Ended();
        }
        catch (Exception e)
        {
            outage.Began(e);
        }
    }

    [LoggerMessage(211, LogLevel.Information, "Timer '{Function}' was due at {Due:u} while no host was up; it runs now.")]
    private partial void LogPastDue(string function, DateTimeOffset due);

    [LoggerMessage(212, LogLevel.Information, "Timer '{Function}' runs next at {Next:u}.")]
    private partial void LogNext(string function, DateTimeOffset next);
}
