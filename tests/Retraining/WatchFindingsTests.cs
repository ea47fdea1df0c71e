using Tidemark.Retraining.Policies;
using Tidemark.Retraining.Promotion;
using Xunit;

namespace Tidemark.Tests.Retraining;

/// <summary>What the watch takes for worse, and what for chance.</summary>
public sealed class WatchFindingsTests
{
    private static readonly WatchPolicy Policy = new();

    [Theory]
    [InlineData(400, 0.08, 0.08, false)]
    [InlineData(400, 0.11, 0.08, false)] // three points on 400 rows are within chance
    [InlineData(400, 0.20, 0.08, true)]
    [InlineData(400, 0.92, 0.08, true)]
    [InlineData(50, 0.92, 0.08, false)] // too few labels to say
    public void Quality_is_worse_beyond_the_limit_and_beyond_chance(int rows, double mine, double theirs, bool broken) =>
        Assert.Equal(broken, WatchFindings.Quality(Losses(rows, mine, 1), Losses(rows, theirs, 2), classes: true, Policy).Broken);

    [Theory]
    [InlineData(0.9, 0.92, false)]
    [InlineData(0.6, 0.92, true)]
    public void Without_an_old_champion_the_hold_out_is_what_is_compared_with(double accuracy, double holdOut, bool broken) =>
        Assert.Equal(broken, WatchFindings.Quality(Losses(400, 1 - accuracy, 1), holdOut, 300, Policy).Broken);

    [Theory]
    [InlineData(90, 10, false)]
    [InlineData(70, 30, false)]
    [InlineData(40, 60, true)]
    public void Answers_shift_when_enough_probability_has_moved(int no, int yes, bool broken) =>
        Assert.Equal(broken, WatchFindings.Shift(new Answered(no + yes, 1, new Dictionary<string, long> { ["no"] = no, ["yes"] = yes }), new Dictionary<string, double> { ["no"] = 0.9, ["yes"] = 0.1 }, Policy).Broken);

    [Theory]
    [InlineData(1000, 1000, false)]
    [InlineData(60, 1000, false)]
    [InlineData(10, 1000, true)]
    [InlineData(0, 50, false)] // there was hardly any traffic the day before
    public void Traffic_that_vanishes_is_a_failure(long now, long before, bool broken) => Assert.Equal(broken, WatchFindings.Traffic(now, before, Policy).Broken);

    [Theory]
    [InlineData(2, 1, false)]
    [InlineData(4, 1, true)]
    [InlineData(0.09, 0.01, false)] // below a tenth of a millisecond nobody waits
    public void Latency_is_compared_with_the_old_champions(double now, double before, bool broken) =>
        Assert.Equal(broken, WatchFindings.Latency(Of(now), Of(before), Policy).Broken);

    private static Answered Of(double latency) => new(200, latency, new Dictionary<string, long>());

    private static double[] Losses(int rows, double share, int seed)
    {
        double[] losses = new double[rows];
        Array.Fill(losses, 1, 0, (int)Math.Round(rows * share));
        new Random(seed).Shuffle(losses);
        return losses;
    }
}
