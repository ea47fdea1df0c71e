using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.Operations;
using Tidemark.Operations.Alerts;
using Tidemark.Platform.Alerts;
using Tidemark.Platform.Monitoring;
using Tidemark.Platform.Storage;
using Tidemark.Tests.Embedded;
using Xunit;

namespace Tidemark.Tests.Operations.Alerts;

public sealed class AlertRouteTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Lists_newest_first_by_pages_and_by_model_state_and_severity()
    {
        await using RunningHost host = await StartAsync();
        foreach (int i in Enumerable.Range(0, 5))
            await TakeAsync(host, AlertsProcess.Drift(window: $"w{i}", severity: (AlertSeverity)(i % 3)) with { Model = i == 4 ? "other" : "heart", Time = new(2026, 11, 20, 12, i, 0, TimeSpan.Zero) });

        JsonNode first = await GetAsync(host, "api/alerts?limit=2");
        JsonNode second = await GetAsync(host, $"api/alerts?limit=2&cursor={first["next"]}");
        JsonNode third = await GetAsync(host, $"api/alerts?limit=2&cursor={second["next"]}");

        Assert.Equal(["w4", "w3", "w2", "w1", "w0"], new[] { first, second, third }.SelectMany(Windows));
        Assert.Null(third["next"]);
        Assert.Equal(["w3", "w2", "w1", "w0"], Windows(await GetAsync(host, "api/alerts?model=heart")));
        Assert.Equal(["w3", "w0"], Windows(await GetAsync(host, "api/alerts?model=heart&severity=info&state=recorded")));
        Assert.Empty(Windows(await GetAsync(host, "api/alerts?state=failed")));
    }

    [Theory]
    [InlineData("api/alerts?state=asleep", "is none of: pending, delivered, failed, suppressed, recorded")]
    [InlineData("api/alerts?severity=3", "is none of: info, warning, critical")]
    [InlineData("api/alerts?model=../x", "is not a model name")]
    [InlineData("api/alerts?limit=0", "is not a whole number from 1 to 100")]
    [InlineData("api/alerts?cursor=YXQ6", "not one that this service gave out")]
    [InlineData("api/alerts/abc", "64 lower-case hexadecimal digits")]
    public async Task Says_what_is_wrong_with_a_question(string path, string says)
    {
        await using RunningHost host = await StartAsync();
        using HttpResponseMessage answer = await host.Http.GetAsync(path, AlertsProcess.Stop);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(says, (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync(AlertsProcess.Stop))!["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_who_has_seen_it_acknowledges_it_and_the_second_learns_who_did()
    {
        await using RunningHost host = await StartAsync();
        Alert alert = AlertsProcess.Drift();
        await TakeAsync(host, alert);
        using HttpResponseMessage shown = await host.Http.GetAsync($"api/alerts/{alert.Id}", AlertsProcess.Stop);
        string seen = shown.Headers.ETag!.ToString();

        Assert.Equal(HttpStatusCode.PreconditionRequired, (await AcknowledgeAsync(host, alert.Id, null, "ann", "mine")).Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await AcknowledgeAsync(host, alert.Id, "\"0\"", "ann", "mine")).Status);
        var (status, json) = await AcknowledgeAsync(host, alert.Id, seen, "ann", "mine");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(("ann", "mine"), ((string?)json["acknowledged"]!["by"], (string?)json["acknowledged"]!["note"]));
        Assert.Equal(HttpStatusCode.OK, (await AcknowledgeAsync(host, alert.Id, seen, "ann", "mine")).Status);
        (status, json) = await AcknowledgeAsync(host, alert.Id, seen, "bob", "no, mine");
        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains("'ann' has acknowledged", (string?)json["detail"], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await AcknowledgeAsync(host, new string('0', 64), seen, "ann", "mine")).Status);
    }

    private async Task<RunningHost> StartAsync()
    {
        string table = AlertsProcess.NewTable();
        var service = new TableServiceClient(azurite.ConnectionString, StorageClients.TableOptions());
        await service.CreateTableIfNotExistsAsync(table, AlertsProcess.Stop);
        var blobs = new BlobServiceClient(azurite.ConnectionString, StorageClients.BlobOptions());
        await blobs.GetBlobContainerClient(StorageNames.Containers.Profiles).CreateIfNotExistsAsync(cancellationToken: AlertsProcess.Stop);
        return await RunningHost.StartAsync(
            [typeof(AlertFunctions)],
            builder =>
            {
                builder.Services.AddSingleton(TimeProvider.System);
                builder.Services.AddSingleton(new MonitoringStore(blobs));
                builder.Services.AddAlerts();
                builder.Services.AddSingleton(new AlertTable(service, table));
            },
            """{"version":"2.0","extensions":{"http":{"routePrefix":""}}}""");
    }

    private static Task TakeAsync(RunningHost host, Alert alert) =>
        host.Services.GetRequiredService<AlertIntake>().TakeAsync(AlertsProcess.Text(alert), alert.Window, AlertsProcess.Stop);

    private static async Task<JsonNode> GetAsync(RunningHost host, string path) => JsonNode.Parse(await host.Http.GetStringAsync(path, AlertsProcess.Stop))!;

    private static IEnumerable<string> Windows(JsonNode page) => page["alerts"]!.AsArray().Select(a => (string)a!["window"]!);

    private static async Task<(HttpStatusCode Status, JsonNode Json)> AcknowledgeAsync(RunningHost host, string id, string? match, string actor, string note)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"api/alerts/{id}/acknowledge")
        {
            Content = new StringContent(new JsonObject { ["note"] = note }.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("x-tidemark-actor", actor);
        if (match is not null)
            request.Headers.Add("If-Match", match);
        using HttpResponseMessage answer = await host.Http.SendAsync(request, AlertsProcess.Stop);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync(AlertsProcess.Stop))!);
    }
}
