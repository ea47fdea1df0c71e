using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace Tidemark.Tests.Validation;

public sealed class ValidationRouteTests(AzuriteFixture azurite)
{
    private const string Ages = """{"name": "ages", "expectations": [{"type": "expect_column_values_to_be_between", "kwargs": {"column": "age", "min_value": 0, "max_value": 120}}]}""";

    [Fact]
    public async Task Rows_are_held_to_a_suite_written_into_the_request()
    {
        await using ValidationHost host = await ValidationHost.StartAsync(azurite);

        var (status, json, _) = await host.SendAsync(HttpMethod.Post, "/api/validations", $$"""{"suite": {{Ages}}, "rows": [{"age": 3}, {"age": 300}, {}], "resultFormat": "COMPLETE"}""");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.False(json["success"]!.GetValue<bool>());
        Assert.Equal("[300]", json["results"]![0]!["result"]!["unexpected_list"]!.ToJsonString());
        Assert.Equal("[1]", json["results"]![0]!["result"]!["unexpected_index_list"]!.ToJsonString());
        Assert.Equal(1, json["results"]![0]!["result"]!["missing_count"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_stored_suite_gives_the_same_verdict_on_rows_columns_and_a_file()
    {
        await using ValidationHost host = await ValidationHost.StartAsync(azurite);
        await host.PutSuiteAsync("ages", Ages);
        await host.Blobs.GetBlobContainerClient("datasets").GetBlobClient($"{host.Model}/ages.csv")
            .UploadAsync(BinaryData.FromString("name,age\nann,3\nbob,300\n"), TestContext.Current.CancellationToken);

        foreach (string data in new[] { """ "rows": [{"age": 3}, {"age": 300}]""", """ "columns": {"age": [3, 300]}""", $""" "blob": "datasets/{host.Model}/ages.csv" """ })
        {
            var (status, json, _) = await host.SendAsync(HttpMethod.Post, "/api/validations", $$"""{"model": "{{host.Model}}", "suiteName": "ages", {{data}}}""");

            Assert.True(status == HttpStatusCode.OK, json.ToJsonString());
            JsonNode result = json["results"]![0]!["result"]!;
            Assert.Equal((2, 1, "[300]"), (result["element_count"]!.GetValue<int>(), result["unexpected_count"]!.GetValue<int>(), result["partial_unexpected_list"]!.ToJsonString()));
        }
    }

    [Fact]
    public async Task A_large_file_is_accepted_and_its_result_found_later()
    {
        await using ValidationHost host = await ValidationHost.StartAsync(azurite);
        string rows = string.Concat(Enumerable.Range(0, 1_000_000).Select(i => $"{{\"age\": {i % 100}, \"x\": 1}}\n")) + "{\"age\": 300}\n";
        await host.Blobs.GetBlobContainerClient("datasets").GetBlobClient($"{host.Model}/ages.jsonl").UploadAsync(BinaryData.FromString(rows), TestContext.Current.CancellationToken);

        var asked = await host.SendAsync(HttpMethod.Post, "/api/validations", $$"""{"suite": {{Ages}}, "blob": "datasets/{{host.Model}}/ages.jsonl"}""");
        string id = asked.Json["id"]!.GetValue<string>(), path = $"/api/validations/{id}";
        Assert.Equal(HttpStatusCode.Accepted, asked.Status);
        Assert.Equal(HttpStatusCode.Accepted, (await host.SendAsync(HttpMethod.Get, path)).Status);
        await host.RunAsync(id);
        await host.RunAsync(id);

        var found = await host.SendAsync(HttpMethod.Get, path);
        JsonNode result = found.Json["results"]![0]!["result"]!;
        Assert.Equal((HttpStatusCode.OK, 1_000_001, "[300]"), (found.Status, result["element_count"]!.GetValue<int>(), result["partial_unexpected_list"]!.ToJsonString()));
        Assert.Equal("[1000000]", result["partial_unexpected_index_list"]!.ToJsonString());
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Get, "/api/validations/absent")).Status);
    }

    [Theory]
    [InlineData("not json", 400)]
    [InlineData("{}", 400)]
    [InlineData("""{"suite": {"name": "x", "expectations": []}, "rows": 5}""", 400)]
    [InlineData("""{"suite": {"name": "x", "expectations": []}, "rows": [], "columns": {}}""", 400)]
    [InlineData("""{"suite": 5, "rows": []}""", 400)]
    [InlineData("""{"suite": {"name": "x", "expectations": []}, "rows": [], "resultFormat": "ALL"}""", 400)]
    [InlineData("""{"suite": {"name": "x", "expectations": []}, "blob": "models/../secret"}""", 400)]
    [InlineData("""{"suite": {"name": "x", "expectations": []}, "blob": "datasets/absent.csv"}""", 404)]
    [InlineData("""{"suiteName": "absent", "model": "absent", "rows": []}""", 404)]
    [InlineData("""{"suiteName": "../x", "model": "absent", "rows": []}""", 400)]
    [InlineData("""{"suite": {"name": "x", "expectations": []}, "rows": [], "sweet": 1}""", 400)]
    public async Task A_request_that_can_t_be_used_is_refused_with_a_problem_document(string body, int expected)
    {
        await using ValidationHost host = await ValidationHost.StartAsync(azurite);

        var (status, json, _) = await host.SendAsync(HttpMethod.Post, "/api/validations", body);

        Assert.Equal(expected, (int)status);
        Assert.Equal(expected, json["status"]!.GetValue<int>());
        Assert.NotEmpty(json["detail"]!.GetValue<string>());
    }

    [Fact]
    public async Task Suites_have_versions_and_change_only_under_the_ETag_that_was_read()
    {
        await using ValidationHost host = await ValidationHost.StartAsync(azurite);
        string path = $"/api/models/{host.Model}/suites/ages";

        Assert.Equal(HttpStatusCode.PreconditionRequired, (await host.PutSuiteAsync("ages", Ages, match: null)).Status);
        var first = await host.PutSuiteAsync("ages", Ages);
        Assert.Equal((HttpStatusCode.OK, 1), (first.Status, first.Json["version"]!.GetValue<int>()));
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await host.PutSuiteAsync("ages", Ages)).Status);
        var second = await host.PutSuiteAsync("ages", Ages.Replace("120", "99", StringComparison.Ordinal), first.Tag);
        Assert.Equal(2, second.Json["version"]!.GetValue<int>());
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await host.PutSuiteAsync("ages", Ages, first.Tag)).Status);

        var current = await host.SendAsync(HttpMethod.Get, path);
        var earlier = await host.SendAsync(HttpMethod.Get, path + "?version=1");
        Assert.Equal((2, second.Tag, 99), (current.Json["version"]!.GetValue<int>(), current.Tag, Most(current.Json)));
        Assert.Equal((1, 120), (earlier.Json["version"]!.GetValue<int>(), Most(earlier.Json)));
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Get, path + "?version=3")).Status);
    }

    [Fact]
    public async Task Of_concurrent_changes_exactly_one_wins()
    {
        await using ValidationHost host = await ValidationHost.StartAsync(azurite);
        string? tag = (await host.PutSuiteAsync("ages", Ages)).Tag;

        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => host.PutSuiteAsync("ages", Ages.Replace("120", $"{100 + i}", StringComparison.Ordinal), tag)));

        var won = Assert.Single(all, answer => answer.Status == HttpStatusCode.OK);
        Assert.All(all.Where(answer => answer != won), answer => Assert.Equal(HttpStatusCode.PreconditionFailed, answer.Status));
        Assert.Equal(Most(won.Json), Most((await host.SendAsync(HttpMethod.Get, $"/api/models/{host.Model}/suites/ages")).Json));
    }

    [Fact]
    public async Task Storing_a_suite_tells_what_would_go_wrong_in_it()
    {
        await using ValidationHost host = await ValidationHost.StartAsync(azurite);

        var stored = await host.PutSuiteAsync("odd", """{"name": "odd", "expectations": [{"type": "expect_magic"}, {"type": "expect_column_to_exist", "kwargs": {"column": "a"}}]}""");

        Assert.Equal(HttpStatusCode.OK, stored.Status);
        JsonNode problem = Assert.Single(stored.Json["problems"]!.AsArray())!;
        Assert.Equal((0, "expect_magic"), (problem["expectation"]!.GetValue<int>(), problem["type"]!.GetValue<string>()));
    }

    private static int Most(JsonNode stored) => stored["suite"]!["expectations"]![0]!["kwargs"]!["max_value"]!.GetValue<int>();
}
