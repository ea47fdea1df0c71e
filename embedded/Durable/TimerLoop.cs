using Microsoft.Extensions.Logging;

namespace Tidemark.Embedded;

/// <summary>
/// Delivers durable timers when they are due by the clock that orchestrations see, and now and then wakes instances whose messages lie
/// unnoticed. Every host does this; what is delivered twice is taken once.
/// </summary>
internal sealed class TimerLoop : IAsyncDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private readonly DurableStore store;
    private readonly TimeSpan poll;
    private readonly TimeSpan sweep;
    private readonly Outage outage;
    private readonly BackgroundLoop timers;
    private readonly BackgroundLoop sweeper;

    /// <param name="poll">How often timers that other hosts set are looked for.</param>
    /// <param name="sweep">Age at which an unnoticed message is forgotten.</param>
    public TimerLoop(DurableStore store, TimeSpan poll, TimeSpan sweep, ILogger logger)
    {
        (this.store, this.poll, this.sweep) = (store, poll, sweep);
        outage = new($"The task hub '{store.Hub}'", logger);
        timers = new("durable timers", DeliverAsync, TimeProvider.System, logger);
        sweeper = new("durable sweep", SweepAsync, TimeProvider.System, logger);
    }

    public void Start()
    {
        timers.Start();
        sweeper.Start();
    }

    public Task StopAsync(CancellationToken drainDeadline) => Task.WhenAll(timers.StopAsync(drainDeadline), sweeper.StopAsync(drainDeadline));

    public async ValueTask DisposeAsync()
    {
        await timers.DisposeAsync();
        await sweeper.DisposeAsync();
    }

    private async Task DeliverAsync(CancellationToken stopping, CancellationToken abort)
    {
        TimeSpan wait;
        do
        {
            wait = await TriedAsync(() => DeliverDueAsync(abort), poll, abort);
        }
        while (await WaitAsync(wait, stopping));
    }

    /// <summary>Waits until a timer is due by the clock of orchestrations, one is set in this process, or it is time to look for those of others.</summary>
    private async Task<bool> WaitAsync(TimeSpan untilDue, CancellationToken stopping)
    {
        using CancellationTokenSource due = new(untilDue, store.Clock);
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(due.Token, stopping);
        await store.TimerSignal.WaitAsync(poll, TimeProvider.System, over.Token);
        return !stopping.IsCancellationRequested;
    }

    /// <returns>Time until the next timer is due.</returns>
    private async Task<TimeSpan> DeliverDueAsync(CancellationToken cancellation)
    {
        List<TimerRow> next = await store.NextTimersAsync(cancellation);
        foreach (TimerRow timer in next)
        {
            TimeSpan left = timer.Due - store.Clock.GetUtcNow();
            if (left > TimeSpan.Zero) return left < Longest ? left : Longest;
            if (timer.Answer is null) await store.WakeAsync(timer.Instance, cancellation);
            else await store.DeliverAsync(timer.Instance, timer.Answer, null, cancellation);
            await store.RemoveTimerAsync(timer, cancellation);
        }

        return next.Count == 0 ? Longest : TimeSpan.Zero;
    }

    private async Task SweepAsync(CancellationToken stopping, CancellationToken abort)
    {
        do
        {
            await TriedAsync(() => WakeForgottenAsync(abort), TimeSpan.Zero, abort);
        }
        while (await TimeProvider.System.PauseAsync(sweep, stopping));
    }

    private async Task<TimeSpan> WakeForgottenAsync(CancellationToken cancellation)
    {
        foreach (string instance in await store.ForgottenAsync(sweep, cancellation)) await store.WakeAsync(instance, cancellation);
        return TimeSpan.Zero;
    }

    private async Task<TimeSpan> TriedAsync(Func<Task<TimeSpan>> action, TimeSpan otherwise, CancellationToken abort)
    {
        try
        {
            await store.CreateAsync(abort);
            TimeSpan result = await action();
            outage.Ended();
            return result;
        }
        catch (Exception e)
        {
            if (!abort.IsCancellationRequested) outage.Began(e);
            return otherwise;
        }
    }
}
