using Tidemark.Local;
using Xunit;

namespace Tidemark.Tests.Retraining;

/// <summary>The story of issue 7, replayed: alarm, retraining, gates, promotion, all by itself.</summary>
public sealed class DecayTests(RetrainingSuite running)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_sensor_model_comes_back_within_two_points_of_its_best_after_each_change_while_the_frozen_one_stays_under_60_percent()
    {
        string model = SensorModel.NewName();
        var story = new DecayStory(model, running.Suite.Http, running.Storage, TimeProvider.System);

        var points = await story.RunAsync(new(900, [(SensorWorld.Lab, 2), (SensorWorld.OtherUnit, 3), (SensorWorld.OtherRegime, 3)]), seed: 7, tell: null, Stop);

        string told = string.Join('\n', points);
        double best = points.Where(p => p.World == SensorWorld.Lab).Average(p => p.Served);
        Assert.InRange(best, 0.90, 0.94);
        foreach (var world in points.GroupBy(p => p.World).Skip(1))
        {
            DecayPoint[] hours = [.. world];
            Assert.True(hours[0].Served < 0.6 && hours[0].Retraining == "kept", told);
            Assert.All(hours, hour => Assert.InRange(hour.Frozen, 0, 0.6));
            Assert.True(hours.Skip(1).Average(h => h.Served) > best - 0.02 && hours.Skip(1).All(h => h.Retraining is null), told);
        }

        Assert.Equal(["1", "2", "3"], points.Select(p => p.Version).Distinct());
        string page = await running.Suite.Http.GetStringAsync(await story.ReportAsync(Stop), Stop);
        Assert.Contains("data-chart=\"stream\"", page, StringComparison.Ordinal);
        Assert.Contains("frozen version 1", page, StringComparison.Ordinal);
    }
}
