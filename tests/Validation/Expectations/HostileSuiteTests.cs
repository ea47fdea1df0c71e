using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Tidemark.Platform.Errors;
using Tidemark.Validation.Expectations;
using Tidemark.Validation.Suites;
using Xunit;

namespace Tidemark.Tests.Validation.Expectations;

/// <summary>Whatever stands in a suite, the answer is a result that says what is wrong; nothing throws and nothing hangs.</summary>
public sealed class HostileSuiteTests
{
    private const string Columns = """{"n": [1, 2, null], "t": ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "b", null], "empty": [null, null, null], "m": [1, "x", {"a": 1}]}""";

    [Theory]
    [InlineData("^(a+)+$")]
    [InlineData("^(a|aa)*$")]
    [InlineData("(?=(a+)+$)x")]
    [InlineData(@"^(a+)+\1$")]
    public void A_catastrophic_regex_ends_within_its_time(string regex)
    {
        var watch = Stopwatch.StartNew();

        ExpectationResult result = Suite.Check("expect_column_values_to_match_regex", $$"""{"column": "t", "regex": {{JsonValue.Create(regex)!.ToJsonString()}}}""", Columns);

        Assert.False(result.Success);
        Assert.True(result.Fault is null or { Type: "TimeoutError" }, result.Fault?.Message);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"{watch.Elapsed}");
    }

    [Theory]
    [InlineData("expect_nothing", """{}""", "not found")]
    [InlineData("expect_column_mean_to_be_between", """{"column": "t", "min_value": 1}""", "must hold numbers")]
    [InlineData("expect_column_mean_to_be_between", """{"column": "absent", "min_value": 1}""", "does not exist")]
    [InlineData("expect_column_mean_to_be_between", """{"min_value": 1}""", "misses the argument 'column'")]
    [InlineData("expect_column_mean_to_be_between", """{"column": "n", "minimum": 1}""", "unexpected keyword argument 'minimum'")]
    [InlineData("expect_column_mean_to_be_between", """{"column": "n", "min_value": [1]}""", "must be a number")]
    [InlineData("expect_column_mean_to_be_between", """{"column": "n", "min_value": {"$PARAMETER": "absent"}}""", "'absent' was not given")]
    [InlineData("expect_column_mean_to_be_between", """{"column": "n", "min_value": {"$PARAMETER": "((((("}}""", "No value")]
    [InlineData("expect_column_mean_to_be_between", """{"column": "n", "min_value": {"$PARAMETER": 7}}""", "No value")]
    [InlineData("expect_column_mean_to_be_between", """{"column": 5, "min_value": 1}""", "must be a text")]
    [InlineData("expect_column_values_to_be_in_set", """{"column": "n", "value_set": 3}""", "must be a list")]
    [InlineData("expect_column_values_to_be_in_set", """{"column": "n", "value_set": [1], "mostly": 2}""", "between 0 and 1")]
    [InlineData("expect_column_values_to_be_in_set", """{"column": "n", "value_set": [1], "result_format": "MUCH"}""", "Unknown result_format")]
    [InlineData("expect_column_values_to_match_regex", """{"column": "t", "regex": "(unclosed"}""", "not a regular expression")]
    [InlineData("expect_column_values_to_match_regex", """{"column": "t", "regex": "\\p{Lu}"}""", "bad escape")]
    [InlineData("expect_column_values_to_match_regex", """{"column": "t", "regex": "a++"}""", "possessive")]
    [InlineData("expect_column_values_to_match_strftime_format", """{"column": "t", "strftime_format": "%Q"}""", "strftime_format")]
    [InlineData("expect_column_values_to_match_json_schema", """{"column": "t", "json_schema": {"required": 5}}""", "required")]
    [InlineData("expect_column_values_to_match_json_schema", """{"column": "t", "json_schema": {"$ref": "http://example.org"}}""", "does not point into")]
    [InlineData("expect_column_values_to_be_between", """{"column": "n", "min_value": 0, "row_condition": "absent > 1", "condition_parser": "pandas"}""", "does not exist")]
    [InlineData("expect_column_values_to_be_between", """{"column": "n", "min_value": 0, "row_condition": "n >", "condition_parser": "pandas"}""", "row_condition")]
    [InlineData("expect_column_values_to_be_increasing", """{"column": "m"}""", "order needs")]
    [InlineData("expect_column_max_to_be_between", """{"column": "m", "min_value": 0}""", "no order")]
    [InlineData("expect_column_quantile_values_to_be_between", """{"column": "n", "quantile_ranges": {"quantiles": [2], "value_ranges": []}}""", "from 0 to 1")]
    [InlineData("expect_column_kl_divergence_to_be_less_than", """{"column": "n", "partition_object": {"bins": [1, 1], "weights": [1]}, "threshold": 1}""", "partition")]
    [InlineData("expect_multicolumn_sum_to_equal", """{"column_list": [], "sum_total": 1}""", "needs column_list")]
    public void A_wrong_expectation_is_an_exception_info_that_names_what_is_wrong(string type, string kwargs, string expected)
    {
        ExpectationResult result = Suite.Check(type, kwargs, Columns);

        Assert.False(result.Success);
        Assert.Contains(expected, result.Fault?.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void No_expectation_throws_whatever_its_column_or_arguments(string type)
    {
        string[] arguments =
        [
            "{}", """{"column": "empty"}""", """{"column": "m"}""", """{"column": null}""",
            """{"column": "n", "column_A": "n", "column_B": "m", "column_list": ["n", "m"], "min_value": "2020-01-01", "value_set": [null, {}], "regex": "", "threshold": 0}""",
            """{"column_A": "m", "column_B": "empty", "value_pairs_set": [[1, null], 5]}""",
            """{"column_list": ["m", "n", "empty"], "sum_total": 3}""",
            """{"column": "m", "min_value": 0, "max_value": 5}""", """{"column": "t", "min_value": 0, "max_value": 5}""", """{"column": "empty", "min_value": 0, "max_value": 5}""",
        ];
        foreach (string kwargs in arguments)
        {
            foreach (ResultDetail detail in Enum.GetValues<ResultDetail>())
                Assert.NotNull(Suite.Check(type, kwargs, Columns, detail));
            Assert.NotNull(Suite.Check(type, kwargs, """{}"""));
            Assert.NotNull(Suite.Check(type, kwargs, """{"n": [], "t": [], "empty": [], "m": []}"""));
        }
    }

    public static IEnumerable<TheoryDataRow<string>> Everything() => ExpectationCatalog.Names.Select(name => new TheoryDataRow<string>(name));

    [Fact]
    public void The_mean_of_an_empty_column_is_nothing_and_fails()
    {
        ExpectationResult result = Suite.Check("expect_column_mean_to_be_between", """{"column": "empty", "min_value": 0}""", Columns);

        Assert.Null(result.Fault);
        Assert.False(result.Success);
        Assert.Null(result.Result["observed_value"]);
    }

    [Theory]
    [InlineData("""not json""", "not JSON")]
    [InlineData("""[]""", "JSON object")]
    [InlineData("""{"name": "x"}""", "expectations")]
    [InlineData("""{"name": "x", "expectations": [5]}""", "expectations[0]")]
    [InlineData("""{"name": "x", "expectations": [{"type": "a", "kwargs": 3}]}""", "expectations[0].kwargs")]
    [InlineData("""{"name": "x", "name": "y", "expectations": []}""", "not JSON")]
    public void What_is_no_suite_is_refused_with_the_place(string json, string expected)
    {
        Outcome<ExpectationSuite> outcome = SuiteJson.Parse(Encoding.UTF8.GetBytes(json));

        Assert.False(outcome.Ok);
        Assert.Equal(FailureKind.Malformed, outcome.Failure.Kind);
        Assert.Contains(expected, outcome.Failure.Detail, StringComparison.Ordinal);
    }
}
