using System.Text.Json.Nodes;
using Tidemark.Validation.Expectations;
using Tidemark.Validation.Suites;
using Xunit;

namespace Tidemark.Tests.Validation.Expectations;

/// <summary>Every applicable case of Great Expectations' own test definitions gives the expected result.</summary>
public sealed class CaseTests
{
    public static IEnumerable<TheoryDataRow<string>> Cases() =>
        Directory.Exists(GxCases.Folder)
            ? GxCases.Applicable().Select(name => new TheoryDataRow<string>(name))
            : [new TheoryDataRow<string>("") { Skip = "The shared data (TIDEMARK_DATA) is not on this machine." }];

    [Theory]
    [MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public void Great_Expectations_and_this_engine_agree(string name)
    {
        (string type, JsonNode dataset, JsonNode test) = GxCases.Find(name);
        JsonObject kwargs = test["in"]!.AsObject().DeepClone().AsObject();
        kwargs.Remove("result_format", out JsonNode? asked);
        var suite = new ExpectationSuite("case", [new ExpectationConfiguration(type, kwargs, [])]);

        ResultFormat format = FormatOf(asked, test);
        ValidationResult result = Suite.Validate(suite, GxCases.TableOf(dataset, numbered: format.IndexColumns.Count > 0), new RunOptions { Format = format });

        Compare(test, result.ToJson()["results"]![0]!.AsObject());
    }

    private static ResultFormat FormatOf(JsonNode? asked, JsonNode test)
    {
        bool boolean = asked?.GetValue<string>() == "BOOLEAN_ONLY", byIndex = test["out"]?["unexpected_index_list"] is JsonArray { Count: > 0 };
        bool exactIndex = test["out"]?["result"]?["unexpected_index_list"] is JsonArray { Count: > 0 } list && list[0] is JsonObject;
        return new ResultFormat(boolean ? ResultDetail.BooleanOnly : ResultDetail.Complete) { IndexColumns = byIndex || exactIndex ? ["pk_index"] : [] };
    }

    private static void Compare(JsonNode test, JsonObject found)
    {
        string? message = found["exception_info"]!["exception_message"]?.GetValue<string>();
        string? wanted = (test["error"] ?? test["out"])?["traceback_substring"]?.GetValue<string>();
        Assert.True(wanted is null == message is null, message ?? "no exception");
        if (wanted is not null)
        {
            Assert.Contains(wanted, message, StringComparison.Ordinal);
            return;
        }

        double tolerance = test["tolerance"]?.GetValue<double>() ?? 0;
        foreach ((string field, JsonNode? expected) in test["out"]!.AsObject())
            CompareField(field, expected, found, tolerance);
    }

    private static void CompareField(string field, JsonNode? expected, JsonObject found, double tolerance)
    {
        JsonObject result = found["result"]!.AsObject();
        JsonNode? details = result["details"];
        JsonArray? cdf = details?["observed_cdf"]?["x"]?.AsArray();
        switch (field)
        {
            case "success":
                JsonAssert.Equal(expected, found["success"]);
                break;
            case "result":
                foreach ((string name, JsonNode? value) in expected!.AsObject().Where(pair => pair.Key is not ("details" or "unexpected_index_query")))
                    JsonAssert.Equal(value, result[name], name, tolerance);
                break;
            case "details":
                foreach ((string name, JsonNode? value) in expected!.AsObject())
                    JsonAssert.Equal(value, details![name], name, 1e-12);
                break;
            case "observed_partition" or "expected_partition":
                JsonAssert.Equal(expected, details![field], field, 1e-12);
                break;
            case "observed_value_list":
                Assert.Contains(expected!.AsArray(), value => JsonNode.DeepEquals(value, result["observed_value"]));
                break;
            case "observed_value":
                JsonAssert.Equal(expected, result["observed_value"], field, Math.Max(tolerance, 1e-15));
                break;
            case "observed_cdf_x_0_lt" or "observed_cdf_x_-1_gt" or "observed_cdf_x_0_eq" or "observed_cdf_x_-1_eq":
                CompareEdge(field, expected!.GetValue<double>(), cdf!);
                break;
            default:
                JsonAssert.Equal(expected, result[field], field, tolerance);
                break;
        }
    }

    private static void CompareEdge(string field, double expected, JsonArray edges)
    {
        double edge = edges[field.Contains("_-1_", StringComparison.Ordinal) ? edges.Count - 1 : 0]!.GetValue<double>();
        Assert.True(field.EndsWith("lt", StringComparison.Ordinal) ? edge < expected : field.EndsWith("gt", StringComparison.Ordinal) ? edge > expected : edge == expected, $"{field} {expected}: {edge}");
    }
}
