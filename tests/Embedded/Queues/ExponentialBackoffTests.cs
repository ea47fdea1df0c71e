using Tidemark.Embedded;
using Xunit;

namespace Tidemark.Tests.Embedded.Queues;

public sealed class ExponentialBackoffTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Begins_at_the_least_wait_doubles_within_a_fifth_and_stays_at_the_greatest(int seed)
    {
        ExponentialBackoff backoff = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10), new Random(seed));

        Assert.Equal(TimeSpan.FromMilliseconds(100), backoff.Next());
        for (int i = 1; i <= 6; i++)
        {
            double growth = 100 * (Math.Pow(2, i) - 1);
            Assert.InRange(backoff.Next().TotalMilliseconds, 100 + (0.8 * growth) - 0.001, 100 + (1.2 * growth) + 0.001);
        }

        for (int i = 0; i < 3; i++) backoff.Next();
        for (int i = 0; i < 1000; i++) Assert.Equal(TimeSpan.FromSeconds(10), backoff.Next());
        backoff.Reset();
        Assert.Equal(TimeSpan.FromMilliseconds(100), backoff.Next());
    }
}
