using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Platform.Alerts;
using Tidemark.Platform.Retraining;
using Xunit;

namespace Tidemark.Tests.Platform;

public sealed class AlertsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 13, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_same_finding_has_the_same_id_and_reads_back()
    {
        var alert = new Alert { Model = "heart", Kind = "drift", Severity = AlertSeverity.Warning, Title = "t", Detail = "d", Subject = "age", Window = "2026-11-21T12", Time = Now };
        string json = JsonSerializer.Serialize(alert, AlertJson.Default.Alert);
        Assert.Equal(alert, JsonSerializer.Deserialize(json, AlertJson.Default.Alert));
        JsonNode node = JsonNode.Parse(json)!;
        Assert.Equal("warning", node["severity"]!.GetValue<string>());
        Assert.Equal(AlertSender.IdOf("heart", "drift", "age", "2026-11-21T12"), node["id"]!.GetValue<string>());
        Assert.Equal(alert.Id, (alert with { Time = Now.AddHours(1), Detail = "told again" }).Id);
        Assert.NotEqual(alert.Id, (alert with { Window = "2026-11-21T13" }).Id);
    }

    [Fact]
    public void A_retraining_request_reads_back()
    {
        var request = new RetrainingRequest(RetrainingRequest.IdOf("heart", "drift", "1|2026-11-21T12"), "heart", "drift", new Dictionary<string, string> { ["age"] = "0.3" }, Now);
        string json = JsonSerializer.Serialize(request, RetrainingJson.Default.RetrainingRequest);
        Assert.Equivalent(request, JsonSerializer.Deserialize(json, RetrainingJson.Default.RetrainingRequest));
        Assert.Matches("^[0-9a-f]{32}$", request.Id);
    }
}
