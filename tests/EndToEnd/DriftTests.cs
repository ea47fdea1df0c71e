using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Tidemark.Platform.PredictionLog;
using Tidemark.Platform.Storage;
using Tidemark.Platform.Tabular;
using Xunit;

namespace Tidemark.Tests.EndToEnd;

/// <summary>From predictions to a verdict on the running suite, over HTTP and by its timer.</summary>
public sealed class DriftTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_model_is_watched_from_its_reference_to_the_drift_that_the_timer_finds()
    {
        await using var suite = await RunningSuite.StartAsync();
        HttpClient http = suite.Http;
        await http.ServeHeartAsync("heart");

        using var csv = new StringContent("age,chol\n" + string.Concat(Enumerable.Range(0, 500).Select(i => $"{40 + (i % 20)},{200 + (i % 90)}\n")), Encoding.UTF8, "text/csv");
        var reference = await http.PutAsync("api/models/heart/versions/1/reference", csv, Stop).JsonAsync();
        Assert.Equal((500, "upload"), ((int)reference["rows"]!, (string)reference["source"]!));
        Assert.Equal(reference.ToJsonString(), (await http.GetAsync("api/models/heart/versions/1/reference", Stop).JsonAsync()).ToJsonString());
        await http.GetAsync("api/models/heart/versions/7/reference", Stop).JsonAsync(404);

        // How it is watched: checked by those who read it, changed under its ETag.
        Assert.Equal("{}", (await http.GetAsync("api/models/heart/monitoring", Stop).JsonAsync()).ToJsonString());
        await PutAsync(http, """{"drift":{"windowHours":2}}""", match: null).JsonAsync(428);
        Assert.Contains("windowHours", (string)(await PutAsync(http, """{"drift":{"windowHours":0}}""", "*").JsonAsync(400))["detail"]!, StringComparison.Ordinal);
        Assert.Contains("HashKey", (string)(await PutAsync(http, """{"log":{"personal":{"age":"hash"}}}""", "*").JsonAsync(400))["detail"]!, StringComparison.Ordinal);
        Assert.Contains("there are: ", (string)(await PutAsync(http, """{"dirft":{}}""", "*").JsonAsync(400))["detail"]!, StringComparison.Ordinal);
        using (var stored = await PutAsync(http, """{"drift":{"policy":{"persistence":1}}}""", "*"))
            Assert.NotNull(stored.Headers.ETag);
        await PutAsync(http, """{"drift":{}}""", "*").JsonAsync(412);

        DateTimeOffset hour = LogNames.HourOf(TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(5)).AddHours(-1);
        await LogAsync(suite, hour);
        using (var fired = await http.PostAsync("admin/functions/DriftCheck", new StringContent("{}", Encoding.UTF8, "application/json"), Stop))
            Assert.True(fired.IsSuccessStatusCode, $"{fired.StatusCode}");
        JsonNode? window = null;
        await Eventually.TrueAsync(async () => (window = (await http.GetAsync("api/models/heart/drift", Stop).JsonAsync())["windows"]!.AsArray().SingleOrDefault()) is not null, "the timer's check is shown");
        Assert.Equal((true, 600), ((bool)window!["columns"]!.AsArray().Single(c => (string)c!["column"]! == "age")!["drifted"]!, (int)window["rows"]!));

        var again = await http.PostJsonAsync("api/drift/checks", $$"""{"model":"heart","from":"{{hour:O}}","again":true}""").JsonAsync();
        Assert.Equal("age", (string)again["checks"]![0]!["versions"]![0]!["features"]!["columns"]![0]!["column"]!);
        string query = string.Create(CultureInfo.InvariantCulture, $"from={hour:yyyy-MM-ddTHH:mm:ssZ}&merged=true&version=1");
        Assert.Equal(600, (int)(await http.GetAsync($"api/models/heart/drift?{query}", Stop).JsonAsync())["rows"]!);
        await http.PostJsonAsync("api/drift/checks", """{"model":"heart","from":"2999-01-01T00:00:00Z"}""").JsonAsync(400);
        await http.GetAsync("api/models/heart/drift?from=yesterday", Stop).JsonAsync(400);
    }

    private static Task<HttpResponseMessage> PutAsync(HttpClient http, string json, string? match)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, "api/models/heart/monitoring") { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        if (match == "*") request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Any);
        return http.SendAsync(request, Stop);
    }

    private static async Task LogAsync(RunningSuite suite, DateTimeOffset hour)
    {
        var (age, chol, score) = (new RealColumn("age"), new RealColumn("chol"), new RealColumn("score"));
        for (int i = 0; i < 600; i++)
        {
            age.Append(60 + (i % 20));
            chol.Append(200 + (i % 90));
            score.Append(i % 100 / 100.0);
        }

        using var file = new LogFile("1", LogNames.FromHttp, LogPolicy.Default);
        Table inputs = new Table([age, chol]).Filled(600), outputs = new Table([score]).Filled(600);
        for (int i = 0; i < 600; i++) file.Add(new LogEntry(PredictionId.OfJob("test", hour).OfRow(i), hour, 1), inputs, outputs, i);
        await new LogStore(new BlobServiceClient(suite.Azurite.ConnectionString, StorageClients.BlobOptions())).WriteAsync(LogNames.File("heart", hour, "test", 1), file, Stop);
    }
}
