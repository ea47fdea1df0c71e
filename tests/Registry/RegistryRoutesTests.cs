using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Azure.Functions.Worker.Builder;
using Tidemark.Platform;
using Tidemark.Registry;
using Tidemark.Tests.Embedded;
using Xunit;
using static Tidemark.Tests.Registry.RegistryProcess;

namespace Tidemark.Tests.Registry;

/// <summary>The registry over HTTP: status codes, headers and problem documents.</summary>
public sealed class RegistryRoutesTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly string model = NewModel().ToString();
    private RegistryProcess process = null!;
    private RunningHost host = null!;

    public async ValueTask InitializeAsync()
    {
        process = await RegistryProcess.StartAsync(azurite);
        host = await StartAsync(azurite.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await process.DisposeAsync();
    }

    [Fact]
    public async Task A_version_is_posted_shown_promoted_rolled_back_and_deleted()
    {
        var created = await PostModelAsync(File(1).Bytes);
        Assert.Equal((HttpStatusCode.Created, $"/api/models/{model}/versions/1"), (created.Status, created.Headers.Location?.ToString()));
        Assert.Equal(File(1).Sha256, (string?)created.Body["sha256"]);
        Assert.Equal(HttpStatusCode.OK, (await PostModelAsync(File(1).Bytes)).Status);
        await PostModelAsync(File(2).Bytes);

        var first = await PutAsync("1", ifNoneMatch: "*");
        Assert.Equal(HttpStatusCode.OK, first.Status);
        var second = await PutAsync("2", ifMatch: first.Headers.ETag!.ToString());
        Assert.Equal(("2", "1"), ((string?)second.Body["version"], (string?)second.Body["previous"]));
        Assert.Equal(second.Headers.ETag, (await GetAsync("aliases/champion")).Headers.ETag);
        Assert.Equal("2", (string?)(await GetAsync($"history?at={DateTimeOffset.MaxValue:O}")).Body["version"]);

        var back = await SendAsync(HttpMethod.Post, "rollback", null, ("Idempotency-Key", "once"));
        Assert.Equal("1", (string?)back.Body["version"]);
        Assert.Equal("1", (string?)(await SendAsync(HttpMethod.Post, "rollback", """{"alias":"champion","reason":"again"}""", ("Idempotency-Key", "once"))).Body["version"]);
        AssertProblem(await SendAsync(HttpMethod.Post, "rollback", null), 409, "no earlier version");

        AssertProblem(await SendAsync(HttpMethod.Delete, "versions/1", null), 409, "named by the alias 'champion'");
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Delete, "versions/2", null)).Status);
        AssertProblem(await GetAsync("versions/2"), 410, "not given out again");
        Assert.Equal("rollback", (string?)(await GetAsync("history")).Body["moves"]![2]!["kind"]);
    }

    [Fact]
    public async Task Metadata_comes_as_a_part_and_the_actor_as_a_header()
    {
        using var parts = new MultipartFormDataContent
        {
            { new StringContent("""{"version":"v1.0","description":"it's mine","tags":{"a":"b"},"classLabels":["no","yes"]}""", Encoding.UTF8, "application/json"), "metadata", "metadata.json" },
            { new ByteArrayContent(File(1).Bytes), "model", "model.onnx" },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/models/{model}/versions") { Content = parts };
        request.Headers.Add("x-tidemark-actor", "nurse@ward");

        var manifest = (await ReplyAsync(request)).Body;

        Assert.Equal(("v1.0", "it's mine", "nurse@ward", "yes"), ((string?)manifest["version"], (string?)manifest["description"], (string?)manifest["createdBy"], (string?)manifest["classLabels"]![1]));
    }

    [Fact]
    public async Task A_move_without_a_condition_or_with_a_stale_one_is_refused()
    {
        await PostModelAsync(File(1).Bytes);
        AssertProblem(await PutAsync("1"), 428, "If-None-Match: *");
        AssertProblem(await PutAsync("1", ifMatch: "*"), 400, "whatever another caller");
        AssertProblem(await PutAsync("7", ifNoneMatch: "*"), 404, "no version '7'");
        var done = await PutAsync("1", ifNoneMatch: "*");
        AssertProblem(await PutAsync("1", ifMatch: "\"0-deadbeef\""), 412, done.Headers.ETag!.ToString());
        AssertProblem(await SendAsync(HttpMethod.Put, "aliases/champion", """{"version":[1]}""", ("If-Match", "\"x\"")), 400, "version");
        AssertProblem(await SendAsync(HttpMethod.Put, "aliases/champion", "{", ("If-Match", "\"x\"")), 400, "body");
        AssertProblem(await SendAsync(HttpMethod.Put, "aliases/champion", "{}", ("If-Match", "\"x\"")), 400, "it is missing");
    }

    [Fact]
    public async Task Bad_uploads_are_refused_by_what_is_wrong_with_them()
    {
        AssertProblem(await PostModelAsync("hello"u8.ToArray()), 422, "not an ONNX model");
        AssertProblem(await PostModelAsync(File(1).Bytes, type: "text/csv"), 415, "text/csv");
        AssertProblem(await PostModelAsync(File(1).Bytes, query: "?version=../1"), 400, "'../1'");
        using var none = new MultipartFormDataContent { { new StringContent("{}"), "metadata" } };
        AssertProblem(await ReplyAsync(new HttpRequestMessage(HttpMethod.Post, $"/api/models/{model}/versions") { Content = none }), 400, "part 'model'");
        using var odd = new MultipartFormDataContent { { new StringContent("{}"), "extra" } };
        AssertProblem(await ReplyAsync(new HttpRequestMessage(HttpMethod.Post, $"/api/models/{model}/versions") { Content = odd }), 400, "'extra'");
        AssertProblem(await PostModelAsync("--b\r\nbroken"u8.ToArray(), type: "multipart/form-data; boundary=b"), 400, "broken off");
    }

    [Fact]
    public async Task An_upload_over_the_limit_is_refused_and_none_of_it_kept()
    {
        await using var small = await StartAsync(azurite.ConnectionString, ("Registry:MaxModelBytes", "100"));
        using var content = new ByteArrayContent(new byte[101]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");

        var reply = await ReplyAsync(new HttpRequestMessage(HttpMethod.Post, new Uri(small.Http.BaseAddress!, $"/api/models/{model}/versions")) { Content = content });

        AssertProblem(reply, 413, "limit of 100 bytes");
        AssertProblem(await GetAsync(""), 404, "no model");
    }

    [Theory]
    [InlineData("/api/models/..%2fsecret")]
    [InlineData("/api/models/Heart")]
    [InlineData("/api/models/heart/versions/..%5c..%5cx")]
    [InlineData("/api/models/heart/aliases/a'%20or%20true")]
    [InlineData("/api/models/heart/history?alias=UP")]
    [InlineData("/api/models/heart/history?at=yesterday")]
    [InlineData("/api/models/heart/history?cursor=-1")]
    [InlineData("/api/models?cursor=%2e%2e")]
    [InlineData("/api/models?limit=1000")]
    public async Task What_does_not_parse_is_a_400_problem_and_reaches_no_storage(string path) =>
        AssertProblem(await ReplyAsync(new HttpRequestMessage(HttpMethod.Get, path)), 400, "");

    [Fact]
    public async Task Pages_of_models_follow_each_other_without_gap_or_repeat()
    {
        var names = Enumerable.Range(0, 3).Select(i => $"{model[..20]}-{i}").ToList();
        foreach (string name in names) await process.RegisterAsync(ModelName.Parse(name).Value, 1);

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await ReplyAsync(new HttpRequestMessage(HttpMethod.Get, $"/api/models?limit=2&cursor={cursor}"))).Body;
            seen.AddRange(page["models"]!.AsArray().Select(m => (string)m!["name"]!));
            cursor = (string?)page["next"];
        }
        while (cursor is not null);

        Assert.Equal(names, seen.Where(n => n.StartsWith(model[..20], StringComparison.Ordinal)));
        Assert.Equal(seen.Distinct(), seen);
    }

    [Fact]
    public async Task Storage_that_is_down_is_a_503_with_Retry_After_and_tells_no_address()
    {
        const string nobody = "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;BlobEndpoint=http://127.0.0.1:9/a;QueueEndpoint=http://127.0.0.1:9/a;TableEndpoint=http://127.0.0.1:9/a";
        await using var lost = await StartAsync(nobody);

        var reply = await ReplyAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(lost.Http.BaseAddress!, $"/api/models/{model}")));

        AssertProblem(reply, 503, "try again");
        Assert.Equal(TimeSpan.FromSeconds(5), reply.Headers.RetryAfter!.Delta);
    }

    private static Task<RunningHost> StartAsync(string connection, params (string, string)[] settings) => RunningHost.StartAsync(
        [typeof(VersionFunctions), typeof(AliasFunctions)],
        (FunctionsApplicationBuilder builder) => builder.AddPlatform().AddRegistry(),
        """{"version":"2.0","extensions":{"http":{"routePrefix":""}}}""",
        [("AzureWebJobsStorage", connection), .. settings]);

    private static void AssertProblem(Reply reply, int status, string named)
    {
        Assert.Equal((status, "application/problem+json"), ((int)reply.Status, reply.ContentType));
        Assert.Equal(status, (int?)reply.Body["status"]);
        Assert.StartsWith("urn:tidemark:problem:", (string?)reply.Body["type"], StringComparison.Ordinal);
        Assert.NotEmpty((string)reply.Body["title"]!);
        Assert.Contains(named, (string?)reply.Body["detail"], StringComparison.Ordinal);
        string text = reply.Body.ToJsonString();
        Assert.DoesNotContain("127.0.0.1", text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
    }

    private Task<Reply> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    private Task<Reply> PutAsync(string version, string? ifMatch = null, string? ifNoneMatch = null) => SendAsync(
        HttpMethod.Put, "aliases/champion", JsonSerializer.Serialize(new { version }), ("If-Match", ifMatch), ("If-None-Match", ifNoneMatch));

    private Task<Reply> PostModelAsync(byte[] bytes, string type = "application/octet-stream", string query = "")
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return ReplyAsync(new HttpRequestMessage(HttpMethod.Post, $"/api/models/{model}/versions{query}") { Content = content });
    }

    private Task<Reply> SendAsync(HttpMethod method, string path, string? body, params (string Name, string? Value)[] headers)
    {
        var request = new HttpRequestMessage(method, $"/api/models/{model}/{path}".TrimEnd('/'));
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers.Where(h => h.Value is not null)) request.Headers.TryAddWithoutValidation(name, value);
        return ReplyAsync(request);
    }

    private async Task<Reply> ReplyAsync(HttpRequestMessage request)
    {
        using (request)
        {
            using var response = await host.Http.SendAsync(request, Stop);
            string text = await response.Content.ReadAsStringAsync(Stop);
            return new Reply(response.StatusCode, response.Headers, response.Content.Headers.ContentType?.MediaType, text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!);
        }
    }

    private sealed record Reply(HttpStatusCode Status, HttpResponseHeaders Headers, string? ContentType, JsonNode Body);
}
