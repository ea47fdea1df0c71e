using Xunit;

namespace Tidemark.Tests;

public sealed class FakeClockTests
{
    [Fact]
    public async Task Delays_end_only_when_time_is_advanced_past_them()
    {
        FakeClock clock = new();
        Task delay = Task.Delay(TimeSpan.FromSeconds(10), clock, TestContext.Current.CancellationToken);

        await clock.UntilTimerAsync(TimeSpan.FromSeconds(10));
        clock.Advance(TimeSpan.FromSeconds(9.999));
        Assert.False(delay.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        await delay;
    }

    [Fact]
    public void Timers_fire_in_order_each_at_its_own_instant_and_periodic_ones_again()
    {
        FakeClock clock = new();
        DateTimeOffset start = clock.GetUtcNow();
        List<(string Name, double Second)> fired = [];
        using ITimer once = clock.CreateTimer(_ => Note("once"), null, TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        using ITimer each = clock.CreateTimer(_ => Note("each"), null, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));

        clock.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal([("each", 2), ("once", 3), ("each", 4), ("each", 6)], fired);
        Assert.Equal(start + TimeSpan.FromSeconds(6), clock.GetUtcNow());

        void Note(string name) => fired.Add((name, (clock.GetUtcNow() - start).TotalSeconds));
    }
}
