using Xunit;

namespace Tidemark.Tests;

/// <summary>For what another process does in its own time: asks again and again, fails with the promise after 90 s.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>The task's result, or a timeout.</summary>
    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Patience, TestContext.Current.CancellationToken);

    public static Task Soon(this Task task) => task.WaitAsync(Patience, TestContext.Current.CancellationToken);

    public static Task TrueAsync(Func<bool> holds, string promise) => TrueAsync(() => Task.FromResult(holds()), promise);

    public static async Task TrueAsync(Func<Task<bool>> holds, string promise)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Patience) Assert.Fail($"Not within {Patience.TotalSeconds} s: {promise}.");
            await Task.Delay(Pause, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
