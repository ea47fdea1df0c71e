using System.Text.Json.Nodes;
using Tidemark.Local;
using Xunit;

namespace Tidemark.Tests.Retraining;

/// <summary>A retraining on bad labels is refused by the gates, or taken back in the watch.</summary>
public sealed class PoisonedLabelsTests(RetrainingSuite running)
{
    private readonly SensorModel sensor = new(running.Suite.Http, running.Storage, SensorModel.NewName());

    [Fact]
    public async Task Labels_that_mean_nothing_are_refused_by_the_gates_and_the_champion_stays()
    {
        var (stream, coin) = (new SensorStream(2), new Random(2));
        await sensor.ServeAsync(await running.LabModelAsync());
        await sensor.DataAsync("poisoned", stream.Take(SensorWorld.Lab, 600), _ => coin.NextDouble() < 0.5);
        await sensor.PutPolicyAsync(sensor.Policy("poisoned"));

        JsonNode record = await sensor.RetrainAsync();

        Assert.True("refused" == (string?)record["state"], record.ToJsonString());
        Assert.Equal("stopped", (string?)SensorModel.Decision(record, "gates")["verdict"]);
        Assert.Equal(("2", "1"), ((string?)record["candidate"], await sensor.ChampionAsync()));
    }

    [Fact]
    public async Task Labels_turned_round_deceive_the_gates_and_are_taken_back_in_the_watch()
    {
        var stream = new SensorStream(3);
        await sensor.ServeAsync(await running.LabModelAsync());
        await sensor.DataAsync("turned", stream.Take(SensorWorld.Lab, 600), r => !r.Fails);
        await sensor.PutPolicyAsync(sensor.Policy("turned", p => p["watch"] = new JsonObject { ["duration"] = "01:00:00", ["every"] = "00:00:01", ["leastRows"] = 50 }));
        string id = await sensor.BeginAsync();
        await sensor.UntilAsync(id, r => (string?)r["state"] is "watching" || (bool)r["ended"]!);
        Assert.Equal("2", await sensor.ChampionAsync());

        await sensor.AnswerAsync("2", stream.Take(SensorWorld.Lab, 200));
        JsonNode record = await sensor.EndAsync(id);

        Assert.True("rolledBack" == (string?)record["state"], record.ToJsonString());
        Assert.Equal("1", await sensor.ChampionAsync());
        JsonNode watch = SensorModel.Decision(record, "watch")["numbers"]!;
        Assert.True((double)watch["accuracy"]! < 0.2 && (double)watch["oldAccuracy"]! > 0.85, watch.ToJsonString());
        Assert.Equal(["promotion", "promotion", "rollback"], (await sensor.HistoryAsync()).OrderBy(m => (long)m!["sequence"]!).Select(m => ((string?)m!["kind"])!.ToLowerInvariant()));
    }
}
