namespace Tidemark.Tests;

/// <summary>
/// A clock that stands still until a test moves it. <see cref="UntilTimerAsync(TimeSpan, TimeSpan)"/> is the phase barrier: it completes when the code
/// under test waits for a timer, so that a test knows when to <see cref="Advance"/>.
/// </summary>
internal sealed class FakeClock(DateTimeOffset start) : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<Timer> timers = [];
    private readonly List<(Func<DateTimeOffset, bool> IsDue, TaskCompletionSource<TimeSpan> Reached)> barriers = [];
    private DateTimeOffset now = start;

    public FakeClock()
        : this(new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero))
    {
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate) return now;
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    /// <summary>Moves time forward and fires every timer that falls due, in order, each at its own instant.</summary>
    public void Advance(TimeSpan by)
    {
        DateTimeOffset end = GetUtcNow() + by;
        while (TakeDue(end) is { } timer) timer.Fire();
        lock (gate)
        {
            if (end > now) now = end;
        }
    }

    public void AdvanceTo(DateTimeOffset instant) => Advance(instant - GetUtcNow());

    /// <summary>Completes once some timer is set that is due within <paramref name="atMost"/> and no sooner than <paramref name="atLeast"/> from now.</summary>
    /// <returns>How long that timer waits from now.</returns>
    public Task<TimeSpan> UntilTimerAsync(TimeSpan atLeast, TimeSpan atMost) => UntilAsync(due => due - now >= atLeast && due - now <= atMost);

    /// <summary>Completes once a timer is set that is due exactly <paramref name="wait"/> from now.</summary>
    public Task<TimeSpan> UntilTimerAsync(TimeSpan wait) => UntilTimerAsync(wait, wait);

    /// <summary>Completes once a timer is set that is due at <paramref name="instant"/>.</summary>
    public Task<TimeSpan> UntilTimerAtAsync(DateTimeOffset instant) => UntilAsync(due => due == instant);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Timer timer = new(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private Task<TimeSpan> UntilAsync(Func<DateTimeOffset, bool> isDue)
    {
        TaskCompletionSource<TimeSpan> reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            barriers.Add((isDue, reached));
            Release();
        }

        return reached.Task.WaitAsync(TimeSpan.FromSeconds(30), System);
    }

    private Timer? TakeDue(DateTimeOffset end)
    {
        lock (gate)
        {
            Timer? first = timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
            if (first is null) return null;
            if (first.Due > now) now = first.Due;
            if (first.Period > TimeSpan.Zero) first.Due += first.Period;
            else timers.Remove(first);
            return first;
        }
    }

    private void Release()
    {
        foreach (var barrier in barriers.ToArray())
        {
            if (timers.Find(timer => barrier.IsDue(timer.Due)) is not { } timer) continue;
            barriers.Remove(barrier);
            barrier.Reached.SetResult(timer.Due - now);
        }
    }

    private sealed class Timer(FakeClock clock, Action fire) : ITimer
    {
        public DateTimeOffset Due { get; set; }

        public TimeSpan Period { get; private set; }

        public Action Fire => fire;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock.gate)
            {
                clock.timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan) return true;
                (Due, Period) = (clock.now + dueTime, period);
                clock.timers.Add(this);
                clock.Release();
                return true;
            }
        }

        public void Dispose()
        {
            lock (clock.gate) clock.timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
