namespace Tidemark.Embedded;

/// <summary>Waiting that ends early without an exception.</summary>
internal static class Pausing
{
    // Task.Delay takes at most 49 days; a schedule may be years away.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>Waits <paramref name="time"/>; false when <paramref name="cancellation"/> ended the wait.</summary>
    public static async Task<bool> PauseAsync(this TimeProvider clock, TimeSpan time, CancellationToken cancellation)
    {
        if (time > TimeSpan.Zero) await Task.Delay(time, clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !cancellation.IsCancellationRequested;
    }

    /// <summary>Waits until the clock shows <paramref name="instant"/>; false when <paramref name="cancellation"/> ended the wait.</summary>
    public static async Task<bool> PauseUntilAsync(this TimeProvider clock, DateTimeOffset instant, CancellationToken cancellation)
    {
        while (instant - clock.GetUtcNow() is var left && left > TimeSpan.Zero)
        {
            if (!await clock.PauseAsync(left < Longest ? left : Longest, cancellation)) return false;
        }

        return !cancellation.IsCancellationRequested;
    }
}
