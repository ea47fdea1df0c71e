using System.Text.Json.Nodes;
using Tidemark.Local;
using Tidemark.Tests.EndToEnd;
using Xunit;

namespace Tidemark.Tests.Retraining;

/// <summary>Promise I7: a restart loses no step and repeats no irreversible one.</summary>
public sealed class RetrainingKillTests
{
    [Fact]
    public async Task Survives_kills_while_it_trains_judges_and_watches_and_promotes_exactly_once()
    {
        await using var running = await RunningSuite.StartAsync(null, RetrainingSuite.Settings);
        string name = SensorModel.NewName();
        var sensor = new SensorModel(running.Http, running.Azurite.ConnectionString, name);
        await sensor.DataAsync("lab", new SensorStream(8).Take(SensorWorld.Lab, 3000));
        await sensor.PutPolicyAsync(sensor.Policy("lab", p => (p["watch"], p["training"]!["candidates"]) = (new JsonObject { ["duration"] = "00:00:03", ["every"] = "00:00:01" }, new JsonArray("linear", "trees"))));
        string id = await sensor.BeginAsync("one request");

        foreach (string[] step in (string[][])[["freezing", "validating", "training"], ["verifying", "evaluating", "promoting"], ["watching"]])
        {
            await sensor.UntilAsync(id, r => step.Contains((string?)r["state"]) || Past(r, step));
            await running.LastHost.KillAsync();
            sensor = new SensorModel(await running.StartHostAsync(RetrainingSuite.Settings), running.Azurite.ConnectionString, name);
        }

        Assert.Equal(id, await sensor.BeginAsync("one request"));
        JsonNode record = await sensor.EndAsync(id);

        Assert.True("kept" == (string?)record["state"], record.ToJsonString());
        JsonNode move = Assert.Single(await sensor.HistoryAsync())!;
        Assert.Equal("1", (string?)move["version"]);
        var versions = (await sensor.Http.GetAsync($"api/models/{name}", TestContext.Current.CancellationToken).JsonAsync())["versions"]!.AsArray();
        Assert.Single(versions);
        Assert.Equal(["data", "validation", "training", "candidate", "gates", "promotion", "watch"], record["decisions"]!.AsArray().Select(d => (string?)d!["step"]));
    }

    private static bool Past(JsonNode record, string[] step)
    {
        string[] order = ["requested", "freezing", "validating", "training", "verifying", "evaluating", "awaitingApproval", "promoting", "watching"];
        return (bool)record["ended"]! || Array.IndexOf(order, (string?)record["state"]) > Array.IndexOf(order, step[^1]);
    }
}
