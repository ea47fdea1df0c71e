using Xunit;

namespace Tidemark.Tests.Embedded;

/// <summary>Waits for what a background loop brings about in storage, where no signal can be had.</summary>
internal static class Eventually
{
    public static async Task IsAsync(Func<Task<bool>> condition)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(60), "It has not come about within a minute.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
