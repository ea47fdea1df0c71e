using System.Net;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Tidemark.Local;
using Tidemark.Tests.EndToEnd;
using Xunit;

namespace Tidemark.Tests.Retraining;

/// <summary>What people may say about a retraining: yes, no, stop; and what happens when they say nothing.</summary>
public sealed class ApprovalTests(RetrainingSuite running)
{
    private readonly SensorModel sensor = new(running.Suite.Http, running.Storage, SensorModel.NewName());

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

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
}
