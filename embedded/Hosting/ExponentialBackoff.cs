namespace Tidemark.Embedded;

/// <summary>Waits that begin at <paramref name="min"/> and double up to <paramref name="max"/>, the growth off by up to 20 % at random.</summary>
internal sealed class ExponentialBackoff(TimeSpan min, TimeSpan max, Random random)
{
    private int waits;

    public void Reset() => waits = 0;

    public TimeSpan Next()
    {
        double growth = (Math.Pow(2, Math.Min(waits++, 30)) - 1) * (0.8 + (0.4 * random.NextDouble()));
        double ticks = min.Ticks * (1 + growth);
        return ticks < max.Ticks ? TimeSpan.FromTicks((long)ticks) : max;
    }
}
