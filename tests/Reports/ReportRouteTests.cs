using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.Platform.Storage;
using Tidemark.Registry;
using Tidemark.Reports;
using Tidemark.Tests.Drift.Checks;
using Tidemark.Tests.Embedded;
using Xunit;

namespace Tidemark.Tests.Reports;

[Collection(DriftStorageTests.Name)]
public sealed class ReportRouteTests(DriftStorage storage)
{
    private static readonly DateTimeOffset Day = DriftProcess.Noon.AddHours(-12);

    private readonly ModelName model = DriftProcess.NewModel();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Is_made_by_hand_listed_and_shown_as_page_or_JSON()
    {
        await using DriftProcess process = await StartAsync();
        await process.LogAsync(model, Day.AddHours(3), rows: 1200);
        await process.CheckAsync(model, Day.AddHours(3));
        await using RunningHost host = await HostAsync(process);

        using HttpResponseMessage made = await PostAsync(host, $$"""{"model": "{{model}}", "from": "2026-11-20T00:00:00Z", "to": "2026-11-20T06:00:00Z"}""");
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        string path = $"/api/reports/{model}.2026112000.2026112006";
        Assert.Equal(path, made.Headers.Location!.ToString());
        Assert.Equal($"{path}.html", (string?)(await JsonAsync(made))["html"]);

        using HttpResponseMessage page = await GetAsync(host, path, "text/html,application/xhtml+xml");
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        Assert.Contains("sandbox allow-scripts", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal(await page.Content.ReadAsStringAsync(Stop), await host.Http.GetStringAsync(path + ".html", Stop));
        Assert.Equal(1200, (int)(await JsonAsync(await GetAsync(host, path, "application/json")))["rows"]!["1"]!);
        Assert.Equal(model.ToString(), (string?)(await JsonAsync(await GetAsync(host, path + ".json", "text/html")))["model"]);
    }

    [Fact]
    public async Task Lists_newest_first_by_pages()
    {
        await using DriftProcess process = await StartAsync();
        await process.LogAsync(model, Day.AddHours(3), rows: 1200);
        await process.CheckAsync(model, Day.AddHours(3));
        foreach (int hours in (int[])[4, 5, 6])
            await ReportRunTests.Runs(process).MakeAsync(ReportId.Of(model, Day, Day.AddHours(hours)).Value, Stop);
        await using RunningHost host = await HostAsync(process);

        JsonNode first = await JsonAsync(await GetAsync(host, $"/api/reports?model={model}&limit=2"));
        JsonNode second = await JsonAsync(await GetAsync(host, $"/api/reports?model={model}&limit=2&cursor={first["next"]}"));

        Assert.Equal(["06", "05", "04"], first["reports"]!.AsArray().Concat(second["reports"]!.AsArray()).Select(r => ((string)r!["id"]!)[^2..]));
        Assert.Null(second["next"]);
        Assert.Equal("good", (string?)first["reports"]![0]!["level"]);
    }

    [Theory]
    [InlineData("""{"model": "Nobody!"}""", 400, "model name")]
    [InlineData("""{"model": "heart", "from": "soon"}""", 400, "must be instants")]
    [InlineData("""{"model": "heart", "from": "2026-11-20T00:30:00Z", "to": "2026-11-20T06:00:00Z"}""", 400, "whole hours")]
    [InlineData("""{"model": "heart", "from": "2026-09-20T00:00:00Z", "to": "2026-11-20T00:00:00Z"}""", 400, "at most 31 days")]
    [InlineData("""{"model": "heart", "to": "2027-11-20T00:00:00Z"}""", 400, "must not lie in the future")]
    [InlineData("""{"model": "heart", "until": "now"}""", 400, "is not known")]
    [InlineData("""{"model": "nobody-knows-it"}""", 404, "nobody-knows-it")]
    public async Task Says_what_is_wrong_with_a_wish(string body, int status, string why)
    {
        await using DriftProcess process = await StartAsync();
        await using RunningHost host = await HostAsync(process);
        using HttpResponseMessage answer = await PostAsync(host, body);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains(why, (string?)(await JsonAsync(answer))["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/reports", 400)]
    [InlineData("/api/reports?model=heart&cursor=x", 400)]
    [InlineData("/api/reports?model=heart&limit=0", 400)]
    [InlineData("/api/reports/heart", 400)]
    [InlineData("/api/reports/..%2F..%2Fheart.2026112000.2026112006", 400)]
    [InlineData("/api/reports/heart.2026112000.2026112001.html", 404)]
    public async Task Says_what_is_wrong_with_a_question(string path, int status)
    {
        await using DriftProcess process = await StartAsync();
        await using RunningHost host = await HostAsync(process);
        using HttpResponseMessage answer = await GetAsync(host, path);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    private async Task<DriftProcess> StartAsync()
    {
        DriftProcess process = await DriftProcess.StartAsync(storage.ConnectionString);
        await process.Get<BlobServiceClient>().GetBlobContainerClient(StorageNames.Containers.Reports).CreateIfNotExistsAsync(cancellationToken: Stop);
        return process;
    }

    private static Task<RunningHost> HostAsync(DriftProcess process) => RunningHost.StartAsync(
        [typeof(ReportFunctions)],
        builder => builder.Services.AddSingleton(ReportRunTests.Runs(process)).AddSingleton(new ReportBook(ReportRunTests.Store(process))),
        """{"version":"2.0","extensions":{"http":{"routePrefix":""}}}""");

    private static Task<HttpResponseMessage> PostAsync(RunningHost host, string body) => host.Http.PostAsync("/api/reports", new StringContent(body, Encoding.UTF8, "application/json"), Stop);

    private static async Task<HttpResponseMessage> GetAsync(RunningHost host, string path, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (accept is not null)
            request.Headers.Add("Accept", accept);
        return await host.Http.SendAsync(request, Stop);
    }

    private static async Task<JsonNode> JsonAsync(HttpResponseMessage answer) => JsonNode.Parse(await answer.Content.ReadAsStringAsync(Stop))!;
}
