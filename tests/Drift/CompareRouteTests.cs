using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Tidemark.Drift.Comparison;
using Tidemark.Tests.Embedded;
using Xunit;

namespace Tidemark.Tests.Drift;

/// <summary><c>POST /api/drift/compare</c> over HTTP.</summary>
public sealed class CompareRouteTests
{
    [Fact]
    public async Task Two_data_sets_are_compared_as_Evidently_does_unless_told_otherwise()
    {
        var (status, answer) = await SendAsync("""
            {"reference": {"columns": {"age": [1,2,3,4,5,6,7,8,9,10], "plan": ["a","b","a","b","a","b","a","b","a","b"]}},
             "current": {"columns": {"age": [11,12,13,14,15,16,17,18,19,20], "plan": ["a","b","a","b","a","b","a","b","a","b"]}}}
            """);

        Assert.Equal(HttpStatusCode.OK, status);
        JsonNode age = answer["columns"]![0]!, plan = answer["columns"]![1]!;
        Assert.Equal(("age", "numeric", "ks", 1.0, 0.05, true), ((string)age["column"]!, (string)age["kind"]!, (string)age["test"]!, (double)age["statistic"]!, (double)age["threshold"]!, (bool)age["drifted"]!));
        Assert.Equal(2.0 / 184756, (double)age["pValue"]!, 1e-15); // two of the C(20, 10) orders
        Assert.Equal((10, 10), ((int)age["referenceCount"]!, (int)age["currentCount"]!));
        Assert.Equal(("categorical", "z", 1.0, false), ((string)plan["kind"]!, (string)plan["test"]!, (double)plan["pValue"]!, (bool)plan["drifted"]!));
        Assert.Equal((true, 0.5), ((bool)answer["drifted"]!, (double)answer["share"]!));
        Assert.InRange((double)answer["falseAlarmRate"]!, 0.05, 0.1);
    }

    [Fact]
    public async Task Tests_thresholds_and_the_careful_policy_are_taken()
    {
        var (status, answer) = await SendAsync("""
            {"reference": {"rows": [{"x": 1}, {"x": 2}, {"x": 3}, {"x": 4}]}, "current": {"rows": [{"x": 2}, {"x": 3}, {"x": 4}, {"x": 5}]},
             "selection": "fixed", "tests": {"x": "wasserstein_raw"}, "thresholds": {"x": 0.9}, "policy": {"minimumRows": 4, "minimumEffect": 0.2, "falseDiscoveryRate": null, "persistence": 2}}
            """);

        Assert.True(status == HttpStatusCode.OK, answer.ToJsonString());
        JsonNode x = answer["columns"]![0]!;
        Assert.Equal((1.0, 0.9, 0.25, true, false, 1), ((double)x["distance"]!, (double)x["threshold"]!, (double)x["effect"]!, (bool)x["drifted"]!, (bool)x["alarm"]!, (int)x["streak"]!));
    }

    [Theory]
    [InlineData("[]", "send a JSON object")]
    [InlineData("""{"reference": {"columns": {"x": [1]}}}""", "'current' can't be used: send an object with columns")]
    [InlineData("""{"reference": {"columns": {"x": [1]}}, "current": {"columns": {"x": []}}}""", "'current' can't be used: it holds no value")]
    [InlineData("""{"reference": {"columns": {"x": [1]}}, "current": {"columns": {"y": [1]}}}""", "'current.columns.x' can't be used: the reference has this column")]
    [InlineData("""{"reference": {"columns": {"x": [1]}}, "current": {"columns": {"x": ["a"]}}}""", "it holds texts where the reference holds numbers")]
    [InlineData("""{"reference": {"columns": {"x": [1, 2], "y": [1]}}, "current": {"columns": {"x": [1]}}}""", "'reference.columns.y' can't be used: columns.y has 1 values")]
    [InlineData("""{"reference": {"columns": {"x": [[1]]}}, "current": {"columns": {"x": [[1]]}}}""", "it holds lists or objects")]
    [InlineData("""{"reference": {"columns": {"x": [1]}}, "current": {"columns": {"x": [1]}}, "selection": "best"}""", "\"best\" is none of evidently, nannyml, fixed")]
    [InlineData("""{"reference": {"columns": {"x": [1]}}, "current": {"columns": {"x": [1]}}, "selection": "fixed"}""", "'tests' can't be used")]
    [InlineData("""{"reference": {"columns": {"x": [1]}}, "current": {"columns": {"x": [1]}}, "tests": {"x": "kss"}}""", "\"kss\" is none of ks, chisquare, z,")]
    [InlineData("""{"reference": {"columns": {"x": ["a"]}}, "current": {"columns": {"x": ["a"]}}, "tests": {"x": "ks"}}""", "\"ks\" compares numbers")]
    [InlineData("""{"reference": {"columns": {"x": [1]}}, "current": {"columns": {"x": [1]}}, "tests": {"z": "ks"}}""", "'tests.z' can't be used: the reference has no such column")]
    [InlineData("""{"reference": {"columns": {"x": [1]}}, "current": {"columns": {"x": [1]}}, "thresholds": {"x": -1}}""", "-1 is no number above 0")]
    [InlineData("""{"reference": {"columns": {"x": [1]}}, "current": {"columns": {"x": [1]}}, "policy": {"driftShare": 2}}""", "'policy.driftShare' can't be used")]
    [InlineData("""{"reference": {"columns": {"x": [1]}}, "current": {"columns": {"x": [1]}}, "policy": {"persistance": 2}}""", "The field 'policy.persistance'")]
    [InlineData("""{"reference": {"columns": {"x": [1]}}, "current": {"columns": {"x": [1]}}, "colour": 1}""", "'colour' can't be used: it is not known")]
    public async Task Bad_input_is_answered_with_what_is_wrong_and_what_to_send(string body, string said)
    {
        var (status, answer) = await SendAsync(body);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(said, (string)answer["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Values_that_no_test_can_use_are_told_and_never_NaN()
    {
        var (status, answer) = await SendAsync("""
            {"reference": {"columns": {"x": [1,1,1,1,1], "y": [null,null,null,null,null], "z": ["a","a","a","a","a"]}},
             "current": {"columns": {"x": [1,1,1], "y": [1,2,3], "z": ["b","b","b"]}}, "tests": {"x": "anderson"}}
            """);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("The test says nothing of such values: all are equal, or they are too few.", (string)answer["columns"]![0]!["reason"]!);
        Assert.Equal("The reference side has 0 values; the policy asks for 1.", (string)answer["columns"]![1]!["reason"]!);
        Assert.True((bool)answer["columns"]![2]!["drifted"]!);
    }

    [Fact]
    public async Task NaN_as_Python_writes_it_is_a_missing_number()
    {
        var (status, answer) = await SendAsync("""{"reference": {"columns": {"x": [1, NaN, 3, 4]}}, "current": {"columns": {"x": [1, Infinity, 3.5, 4]}}}""");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(("numeric", 3, 0.25), ((string)answer["columns"]![0]!["kind"]!, (int)answer["columns"]![0]!["referenceCount"]!, (double)answer["columns"]![0]!["missing"]!["reference"]!));
    }

    private static async Task<(HttpStatusCode Status, JsonNode Answer)> SendAsync(string body)
    {
        await using RunningHost host = await RunningHost.StartAsync([typeof(CompareDriftFunction)], _ => { }, """{"version":"2.0","extensions":{"http":{"routePrefix":""}}}""");
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await host.Http.PostAsync(new Uri("/api/drift/compare", UriKind.Relative), content, TestContext.Current.CancellationToken);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!);
    }
}
