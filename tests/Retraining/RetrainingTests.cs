using System.Net;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
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
        string page = await running.Suite.Http.GetStringAsync((string?)second["report"], Stop);
        Assert.All(["data-chart=\"curves\"", "data-chart=\"comparison\"", "<td>better</td>", (string)second["dataset"]!["sha256"]!], part => Assert.Contains(part, page, StringComparison.Ordinal));
        var listed = await running.Suite.Http.GetAsync($"api/retrainings?model={sensor.Name}&state=kept&limit=1", Stop).JsonAsync();
        Assert.Equal((ids[0], true), ((string?)listed["retrainings"]![0]!["id"], listed["next"] is not null));
    }

    [Fact]
    public async Task Labels_that_mean_nothing_are_refused_by_the_gates_and_the_champion_stays()
    {
        var (stream, coin) = (new SensorStream(2), new Random(2));
        await ServeAsync();
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
        await ServeAsync();
        await sensor.DataAsync("turned", stream.Take(SensorWorld.Lab, 600), r => !r.Fails);
        await sensor.PutPolicyAsync(sensor.Policy("turned", p => p["watch"] = new JsonObject { ["duration"] = "01:00:00", ["every"] = "00:00:01", ["leastRows"] = 50 }));
        string id = await sensor.BeginAsync();
        await sensor.UntilAsync(id, r => (string?)r["state"] is "watching" || (bool)r["ended"]!);
        Assert.Equal("2", await sensor.ChampionAsync());

        await AnswerAsync("2", stream.Take(SensorWorld.Lab, 200));
        JsonNode record = await sensor.EndAsync(id);

        Assert.True("rolledBack" == (string?)record["state"], record.ToJsonString());
        Assert.Equal("1", await sensor.ChampionAsync());
        JsonNode watch = SensorModel.Decision(record, "watch")["numbers"]!;
        Assert.True((double)watch["accuracy"]! < 0.2 && (double)watch["oldAccuracy"]! > 0.85, watch.ToJsonString());
        Assert.Equal(["promotion", "promotion", "rollback"], (await sensor.HistoryAsync()).OrderBy(m => (long)m!["sequence"]!).Select(m => ((string?)m!["kind"])!.ToLowerInvariant()));
    }

    [Fact]
    public async Task A_second_person_approves_and_whoever_started_it_does_not()
    {
        var stream = new SensorStream(4);
        await sensor.DataAsync("lab", stream.Take(SensorWorld.Lab, 600));
        await sensor.PutPolicyAsync(sensor.Policy("lab", p => p["approval"] = new JsonObject { ["required"] = true, ["deadline"] = "01:00:00", ["reminder"] = "00:00:02" }));
        string id = await sensor.BeginAsync(by: "ann");
        await sensor.UntilAsync(id, r => (string?)r["state"] is "awaitingApproval" || (bool)r["ended"]!);

        using var own = await sensor.SayAsync(id, "approve", by: "ann");
        using var nobody = await sensor.SayAsync(id, "approve", by: "");
        Assert.Null(await sensor.ChampionAsync());
        using var second = await sensor.SayAsync(id, "approve", by: "bob", reason: "figures look right");
        JsonNode record = await sensor.EndAsync(id);
        using var late = await sensor.SayAsync(id, "cancel", by: "bob");

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.BadRequest, HttpStatusCode.Accepted, HttpStatusCode.Conflict), (own.StatusCode, nobody.StatusCode, second.StatusCode, late.StatusCode));
        Assert.Equal(("kept", "1"), ((string?)record["state"], await sensor.ChampionAsync()));
        Assert.Equal("Approved by bob: figures look right", (string?)SensorModel.Decision(record, "approval")["sentence"]);
    }

    [Fact]
    public async Task Nobodys_approval_in_time_and_a_persons_no_leave_the_champion_as_it_was()
    {
        var stream = new SensorStream(5);
        await sensor.DataAsync("lab", stream.Take(SensorWorld.Lab, 600));
        await sensor.PutPolicyAsync(sensor.Policy("lab", p => p["approval"] = new JsonObject { ["required"] = true, ["deadline"] = "00:00:01" }));
        JsonNode expired = await sensor.RetrainAsync();
        await sensor.DataAsync("lab", stream.Take(SensorWorld.Lab, 600));
        await sensor.PutPolicyAsync(sensor.Policy("lab", p => p["approval"] = new JsonObject { ["required"] = true }));
        string id = await sensor.BeginAsync();
        await sensor.UntilAsync(id, r => (string?)r["state"] is "awaitingApproval" || (bool)r["ended"]!);
        await sensor.SayAsync(id, "reject", by: "bob", reason: "not before the holidays").JsonAsync(202);
        JsonNode rejected = await sensor.EndAsync(id);

        Assert.Equal(("expired", "rejected", "Rejected by bob: not before the holidays"), ((string?)expired["state"], (string?)rejected["state"], (string?)rejected["outcome"]));
        Assert.Null(await sensor.ChampionAsync());
    }

    [Fact]
    public async Task A_cancelled_retraining_ends_and_its_trainer_too()
    {
        await sensor.DataAsync("much", new SensorStream(6).Take(SensorWorld.Lab, 20_000));
        await sensor.PutPolicyAsync(sensor.Policy("much", p => (p["training"]!["candidates"], p["training"]!["budget"]!["trials"]) = (new JsonArray("trees"), 500)));
        string id = await sensor.BeginAsync();
        var runs = new TableClient(running.Storage, "trainingruns");
        await Eventually.TrueAsync(async () => (await runs.GetEntityIfExistsAsync<TableEntity>("run", id, cancellationToken: Stop)) is { HasValue: true } run && run.Value!.GetString("Status") == "Running", "a trainer has the run");
        using var other = await sensor.AskAsync();
        await sensor.SayAsync(id, "cancel", by: "bob", reason: "wrong file").JsonAsync(202);

        JsonNode record = await sensor.EndAsync(id);

        Assert.Equal(("cancelled", "Cancelled by bob: wrong file"), ((string?)record["state"], (string?)record["outcome"]));
        Assert.Contains("is under way", await other.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Equal("Stopped", (await runs.GetEntityAsync<TableEntity>("run", id, cancellationToken: Stop)).Value.GetString("Status"));
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

    /// <summary>Makes a model of the lab champion without training it once more.</summary>
    private async Task ServeAsync()
    {
        await running.Suite.Http.RegisterAsync(sensor.Name, await running.LabModelAsync()).JsonAsync(201);
        await running.Suite.Http.PromoteAsync(sensor.Name, "1", seen: null).JsonAsync();
    }

    /// <summary>Has the champion answer over HTTP, and sends what came true.</summary>
    private async Task AnswerAsync(string version, SensorReading[] readings)
    {
        Assert.Equal(version, await new SuiteCalls(running.Suite.Http).ServedAsync(sensor.Name, SensorStream.Split(readings[..1]), Stop));
        JsonNode answer = await running.Suite.Http.PostJsonAsync($"models/{sensor.Name}/invocations", SensorStream.Split(readings).ToJsonString()).JsonAsync();
        string id = (string)answer["prediction_id"]!;
        var labels = new JsonArray([.. readings.Select((r, i) => (JsonNode)new JsonObject { ["predictionId"] = $"{id}-{i}", ["label"] = SensorStream.Word(r.Fails) })]);
        await running.Suite.Http.PostJsonAsync("api/feedback", new JsonObject { ["model"] = sensor.Name, ["labels"] = labels }.ToJsonString()).JsonAsync(202);
    }
}
