using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Tidemark.Tests.Platform.Inference;
using Xunit;

namespace Tidemark.Tests.BatchScoring;

/// <summary>Rows that the suite or the model refuses, and what becomes of them after the fix.</summary>
public sealed class QuarantineTests : IAsyncLifetime
{
    private const string Ages = """
        {"name": "ages", "expectations": [
          {"type": "expect_column_values_to_be_between", "kwargs": {"column": "age", "min_value": 0, "max_value": MAX}, "severity": "error", "meta": {"row_action": "quarantine"}},
          {"type": "expect_column_values_to_be_in_set", "kwargs": {"column": "thal", "value_set": ["fixed", "normal"]}, "severity": "SEVERITY"}]}
        """;

    private BatchSuite suite = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => suite = await BatchSuite.StartAsync();

    public ValueTask DisposeAsync() => suite.DisposeAsync();

    [Fact]
    public async Task Rows_that_break_the_suite_are_set_aside_in_order_and_replayed_after_the_fix()
    {
        await suite.PutSuiteAsync("ages", Suite(100));
        await suite.ServeAsync(Models.Columns(), "ages");

        JsonNode job = await suite.DropAsync("a.csv", "id,age,thal\na,1,fixed\nb,120,fixed\nc,x,fixed\nd,-3,normal\n");

        Assert.Equal(["row,score,thal_seen", "0,101,fixed"], await suite.LinesAsync(job));
        JsonNode[] aside = await suite.AsideAsync(job);
        Assert.Equal([(1, "b", "120"), (2, "c", "x"), (3, "d", "-3")], aside.Select(row => ((int)row["row"]!, (string)row["key"]!, ((string)row["value"]!).Trim('\'').Replace(".0", "", StringComparison.Ordinal))));
        Assert.Equal("expect_column_values_to_be_between", (string?)aside[0]["rule"]);
        Assert.Equal("ages/1", (string?)job["suite"]);
        JsonNode manifest = JsonNode.Parse((await suite.ReadAsync((string)job["links"]!["manifest"]!))!)!;
        byte[] lines = Encoding.UTF8.GetBytes((await suite.ReadAsync((string)job["links"]!["quarantine"]!))!);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(lines)), (string?)manifest["quarantineSha256"]);

        // The rule was too strict: its next version lets one of the rows through.
        using (HttpResponseMessage current = await suite.Http.GetAsync($"api/models/{suite.Model}/suites/ages", Stop))
            await suite.PutSuiteAsync("ages", Suite(150), current.Headers.ETag!.ToString());
        JsonNode replay = await ReplayAsync(job, """{"suite": "ages"}""");
        Assert.Equal("ages/2", (string?)replay["suite"]);
        Assert.Equal(["row,original_row,score,thal_seen", "0,1,220,fixed"], await suite.LinesAsync(replay));
        Assert.Equal([1, 2], (await suite.AsideAsync(replay)).Select(row => (int)row["row"]!));

        // Two rows were wrong: they are corrected, one as text and one by its value.
        JsonNode corrected = await ReplayAsync(job, """{"rows": [{"row": 2, "text": "c,7,\"fixed\""}, {"row": 3, "values": {"age": 3}}]}""");
        Assert.Equal(["row,original_row,score,thal_seen", "0,2,107,fixed", "1,3,203,normal"], await suite.LinesAsync(corrected));

        JsonNode original = await suite.GetAsync($"api/batches/{job["id"]}");
        Assert.Equal([(string?)replay["id"], (string?)corrected["id"]], original["replays"]!.AsArray().Select(id => (string?)id));
        Assert.All((JsonNode[])[replay, corrected], r => Assert.Equal((string?)job["id"], (string?)r["replayOf"]));
    }

    [Fact]
    public async Task The_same_replay_is_one_job_and_a_replay_of_what_is_not_there_is_refused()
    {
        await suite.ServeAsync(Models.Columns());
        JsonNode job = await suite.DropAsync("a.jsonl", "{\"age\": \"x\", \"thal\": \"fixed\"}\n{\"age\": 1, \"thal\": \"fixed\"}\n");

        JsonNode first = await ReplayAsync(job, """{"rows": [{"row": 0, "values": {"age": 5}}]}""");
        JsonNode again = await ReplayAsync(job, """{"rows": [{"row": 0, "values": {"age": 5}}]}""");

        Assert.Equal((string?)first["id"], (string?)again["id"]);
        Assert.Equal(["{\"row\":0,\"original_row\":0,\"score\":105,\"thal_seen\":\"fixed\"}"], await suite.LinesAsync(first));
        Assert.Equal(422, (await suite.PostAsync($"api/quarantine/{job["id"]}/replay", """{"rows": [{"row": 1}]}""")).Status);
        Assert.Equal(409, (await suite.PostAsync($"api/quarantine/{first["id"]}/replay", "{}")).Status);
        Assert.Equal(404, (await suite.PostAsync($"api/quarantine/{new string('0', 64)}/replay", "{}")).Status);
    }

    [Fact]
    public async Task A_blocking_rule_fails_the_job_and_names_row_and_rule()
    {
        await suite.PutSuiteAsync("ages", Suite(100, "block"));
        await suite.ServeAsync(Models.Columns(), "ages");

        JsonNode job = await suite.DropAsync("block.csv", "age,thal\n1,fixed\n2,strange\n");

        Assert.Equal("Failed", (string?)job["state"]);
        Assert.Contains("row 1: expect_column_values_to_be_in_set", (string)job["failure"]!["detail"]!);
    }

    [Fact]
    public async Task Predictions_that_are_no_numbers_go_to_quarantine_and_the_others_stay()
    {
        await suite.ServeAsync(Models.Linear([1, 1]).Metadata("feature_names", "[\"a\",\"b\"]"));

        JsonNode job = await suite.DropAsync("nan.csv", "a,b\n1,2\n3,\n4,inf\n1e30,3\n1e300,1\n");

        Assert.Equal(["row,score", "0,3", "3,1E+30"], await suite.LinesAsync(job));
        Assert.Equal(
            [(1, "model.not_finite"), (2, "model.not_finite"), (4, "model.input")],
            (await suite.AsideAsync(job)).Select(row => ((int)row["row"]!, (string)row["rule"]!)));
    }

    [Fact]
    public async Task Rows_that_the_model_refuses_are_found_among_those_it_takes()
    {
        // Gather refuses an index that is not there.
        await suite.ServeAsync(new OnnxWriter()
            .Input("place", Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Int64, -1)
            .Output("score", Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float, -1)
            .Weights("table", [10, 20, 30], 3)
            .Node("Gather", ["table", "place"], ["score"]));

        JsonNode job = await suite.DropAsync("refused.csv", "place\n" + string.Concat(Enumerable.Range(0, 50).Select(i => $"{(i is 17 or 40 ? 9 : i % 3)}\n")));

        Assert.Equal(48 + 1, (await suite.LinesAsync(job)).Length);
        Assert.Equal([(17, "model.refused"), (40, "model.refused")], (await suite.AsideAsync(job)).Select(row => ((int)row["row"]!, (string)row["rule"]!)));
    }

    private static string Suite(int most, string severity = "warning") =>
        Ages.Replace("MAX", most.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("SEVERITY", severity, StringComparison.Ordinal);

    private async Task<JsonNode> ReplayAsync(JsonNode job, string body)
    {
        var (status, replay) = await suite.PostAsync($"api/quarantine/{job["id"]}/replay", body);
        Assert.True(status is 200 or 202, replay.ToJsonString());
        await suite.PumpAsync();
        JsonNode done = await suite.GetAsync($"api/batches/{replay["id"]}");
        Assert.True((string?)done["state"] == "Completed", done.ToJsonString());
        return done;
    }
}
