using System.Text.Json.Nodes;
using Tidemark.Local;
using Tidemark.Tests.EndToEnd;
using Xunit;

namespace Tidemark.Tests.Retraining;

/// <summary>Retrainings from the request to the watched champion: real host, real storage, the real trainer as a process.</summary>
public sealed class RetrainingTests(RetrainingSuite running)
{
    private readonly SensorModel sensor = new(running.Suite.Http, running.Storage, SensorModel.NewName());

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_model_is_trained_first_and_anew_when_the_world_has_changed_and_says_where_it_comes_from()
    {
        var stream = new SensorStream(1);
        await sensor.DataAsync("lab", stream.Take(SensorWorld.Lab, 600));
        await sensor.PutPolicyAsync(sensor.Policy("lab"));
        JsonNode first = await sensor.RetrainAsync();
        await sensor.DataAsync("later", stream.Take(SensorWorld.OtherUnit, 600));
        await sensor.PutPolicyAsync(sensor.Policy("later"));
        string[] ids = await Task.WhenAll(sensor.BeginAsync("same request"), sensor.BeginAsync("same request"));
        JsonNode second = await sensor.EndAsync(ids[0]);

        Assert.True("kept" == (string?)first["state"], first.ToJsonString());
        Assert.True("kept" == (string?)second["state"], second.ToJsonString());
        Assert.Equal(ids[0], ids[1]);
        Assert.Equal("2", await sensor.ChampionAsync());
        Assert.Equal(["1", "2"], (await sensor.HistoryAsync()).Select(m => (string?)m!["version"]).Order(StringComparer.Ordinal));
        Assert.Equal(["data", "validation", "training", "candidate", "gates", "promotion", "watch"], second["decisions"]!.AsArray().Select(d => (string?)d!["step"]));
        JsonNode gates = SensorModel.Decision(second, "gates")["numbers"]!;
        Assert.InRange((double)gates["champion.accuracyOnHoldOut"]!, 0, 0.65);
        Assert.InRange((double)gates["candidate.accuracyOnHoldOut"]!, 0.85, 1);
        JsonNode lineage = (await running.Suite.Http.GetAsync($"api/models/{sensor.Name}/versions/2", Stop).JsonAsync())["manifest"]!["lineage"]!;
        Assert.Equal(((string?)second["dataset"]!["sha256"], "1", ids[0]), ((string?)lineage["dataset_sha256"], (string?)lineage["parent"], (string?)lineage["retraining"]));
        Assert.Equal(64, ((string?)lineage["trainer_digest"])!.Length);
        JsonArray trail = (await running.Suite.Http.GetAsync("api/audit?limit=1000", Stop).JsonAsync())["rows"]!.AsArray();
        Assert.Equal($"retraining {ids[0]}", (string?)Assert.Single(trail, r => (string?)r!["subject"] == $"{sensor.Name}: champion, version 1 -> 2")!["actor"]);
        string page = await running.Suite.Http.GetStringAsync((string?)second["report"], Stop);
        Assert.All(["data-chart=\"curves\"", "data-chart=\"comparison\"", ">better</td>", (string)second["dataset"]!["sha256"]!], part => Assert.Contains(part, page, StringComparison.Ordinal));
        var listed = await running.Suite.Http.GetAsync($"api/retrainings?model={sensor.Name}&state=kept&limit=1", Stop).JsonAsync();
        Assert.Equal((ids[0], true), ((string?)listed["retrainings"]![0]!["id"], listed["next"] is not null));
    }

    [Fact]
    public async Task Data_that_break_the_suite_stop_it_with_the_report_and_too_few_rows_with_the_figure()
    {
        var stream = new SensorStream(7);
        await sensor.DataAsync("few", stream.Take(SensorWorld.Lab, 30));
        await sensor.PutPolicyAsync(sensor.Policy("few"));
        JsonNode few = await sensor.RetrainAsync();
        await sensor.DataAsync("hot", stream.Take(SensorWorld.OtherUnit, 300));
        var suite = new JsonObject
        {
            ["expectation_suite_name"] = "plausible",
            ["expectations"] = new JsonArray(new JsonObject
            {
                ["expectation_type"] = "expect_column_values_to_be_between",
                ["kwargs"] = new JsonObject { ["column"] = "heat", ["min_value"] = 0, ["max_value"] = 110 },
                ["meta"] = new JsonObject { ["severity"] = "block" },
            }),
        };
        await new SuiteCalls(running.Suite.Http).PutAsync($"api/models/{sensor.Name}/suites/plausible", suite, Stop);
        await sensor.PutPolicyAsync(sensor.Policy("hot", p => p["suite"] = "plausible"));
        JsonNode blocked = await sensor.RetrainAsync();

        Assert.Equal("blocked", (string?)few["state"]);
        Assert.Contains("There are 30 rows with labels; training needs data.leastRows = 200", (string?)few["outcome"], StringComparison.Ordinal);
        Assert.Equal("blocked", (string?)blocked["state"]);
        Assert.Contains("expect_column_values_to_be_between of heat (block)", (string?)blocked["outcome"], StringComparison.Ordinal);
    }
}
