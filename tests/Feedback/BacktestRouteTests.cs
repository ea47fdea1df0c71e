using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Tidemark.Drift.Detectors;
using Tidemark.Feedback;
using Tidemark.Tests.Embedded;
using Xunit;

namespace Tidemark.Tests.Feedback;

/// <summary>Quality and detectors over HTTP.</summary>
public sealed class BacktestRouteTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Evaluates_estimates_and_detects_over_HTTP()
    {
        await using RunningHost host = await StartAsync();

        JsonNode evaluated = await PostAsync(host, "api/quality/evaluate", """{"task":"binary","labels":[1,0,1,0],"scores":[0.9,0.2,0.6,0.7]}""");
        JsonNode detected = await PostAsync(host, "api/drift/detect", $$"""{"detector":"page-hinkley","parameters":{"threshold":5},"values":[{{string.Join(',', Enumerable.Range(0, 200).Select(i => i < 100 ? 0 : 1))}}]}""");
        string scores = string.Join(',', Enumerable.Range(0, 200).Select(i => (i % 10 / 10.0).ToString(System.Globalization.CultureInfo.InvariantCulture)));
        string labels = string.Join(',', Enumerable.Range(0, 200).Select(i => i % 10 > 4 ? 1 : i % 7 == 0 ? 1 : 0));
        JsonNode estimated = await PostAsync(host, "api/quality/estimate", $$"""{"reference":{"scores":[{{scores}}],"labels":[{{labels}}]},"analysis":{"scores":[0.5,0.5,0.5,0.4]},"metric":"accuracy","chunkSize":50}""");

        Assert.Equal(("binary", 0.75), ((string)evaluated["task"]!, (double)evaluated["metrics"]!["accuracy"]!["value"]!));
        Assert.Equal("wilson", (string)evaluated["metrics"]!["accuracy"]!["interval"]!);
        Assert.Equal("page_hinkley", (string)detected["detector"]!);
        Assert.Equal((5, "both"), ((double)detected["parameters"]!["threshold"]!, (string)detected["parameters"]!["mode"]!));
        Assert.InRange((int)detected["drifts"]![0]!, 100, 120);
        Assert.Empty(detected["warnings"]!.AsArray());
        Assert.True((bool)Assert.Single(estimated["chunks"]!.AsArray())!["alert"]!);
        Assert.Equal(4, estimated["referenceRealized"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("api/drift/detect", """{"detector":"cusum","values":[1]}""", "detector")]
    [InlineData("api/drift/detect", """{"detector":"adwin","values":[]}""", "values")]
    [InlineData("api/drift/detect", """{"detector":"adwin","parameters":{"delta":2},"values":[1]}""", "parameters")]
    [InlineData("api/drift/detect", """{"detector":"adwin","parameters":{"dleta":0.1},"values":[1]}""", "parameters")]
    [InlineData("api/drift/detect", """{"detector":"ddm","values":[0,1,2]}""", "values[2]")]
    [InlineData("api/drift/detect", """{"detector":"kswin","parameters":{"stat_size":60},"values":[0]}""", "parameters")]
    [InlineData("api/quality/evaluate", """{"task":"binary","labels":[1],"predictions":[1,0]}""", "predictions")]
    [InlineData("api/quality/estimate", """{"reference":{"scores":[0.5]},"analysis":{"scores":[0.5]},"metric":"roc_auc"}""", "reference.labels")]
    [InlineData("api/quality/estimate", """{"reference":{"scores":[0.5],"labels":[1]},"analysis":{"scores":[1.5]},"metric":"roc_auc"}""", "analysis.scores[0]")]
    [InlineData("api/quality/estimate", """{"reference":{"scores":[0.5],"labels":[1]},"analysis":{"scores":[0.5]},"metric":"auc"}""", "metric")]
    public async Task Bad_requests_are_answered_with_the_field(string path, string body, string field)
    {
        await using RunningHost host = await StartAsync();

        JsonNode problem = await PostAsync(host, path, body, HttpStatusCode.BadRequest);

        Assert.StartsWith(field, (string)problem["errors"]![0]!["field"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reference_of_one_class_is_not_enough_to_estimate_from()
    {
        await using RunningHost host = await StartAsync();

        JsonNode problem = await PostAsync(
            host, "api/quality/estimate", """{"reference":{"scores":[0.5,0.6],"labels":[1,1]},"analysis":{"scores":[0.5]},"metric":"recall"}""", HttpStatusCode.UnprocessableEntity);

        Assert.Contains("each class", (string)problem["detail"]!, StringComparison.Ordinal);
    }

    private static Task<RunningHost> StartAsync() => RunningHost.StartAsync(
        [typeof(DetectFunction), typeof(BacktestFunctions)], _ => { }, """{"version":"2.0","extensions":{"http":{"routePrefix":""}}}""");

    private static async Task<JsonNode> PostAsync(RunningHost host, string path, string body, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await host.Http.PostAsync(path, content, Stop);
        string text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.StatusCode == status, text);
        return JsonNode.Parse(text)!;
    }
}
