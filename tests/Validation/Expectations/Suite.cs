using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Platform.Tabular;
using Tidemark.Validation.Expectations;
using Tidemark.Validation.Suites;
using Xunit;

namespace Tidemark.Tests.Validation.Expectations;

/// <summary>Suites and tables written as JSON, for tests.</summary>
internal static class Suite
{
    public static ExpectationSuite Of(params (string Type, string Kwargs)[] expectations) => new(
        "test",
        expectations.Select(e => new ExpectationConfiguration(e.Type, JsonNode.Parse(e.Kwargs)!.AsObject(), [])).ToList());

    public static ExpectationSuite Parse(string json)
    {
        var outcome = SuiteJson.Parse(Encoding.UTF8.GetBytes(json));
        Assert.True(outcome.Ok, outcome.Failure?.Detail);
        return outcome.Value;
    }

    public static Table Columns(string json)
    {
        var outcome = JsonTable.FromColumns(JsonDocument.Parse(json).RootElement);
        Assert.True(outcome.Ok, outcome.Failure?.Detail);
        return outcome.Value;
    }

    /// <summary>The result of one expectation on one table.</summary>
    public static ExpectationResult Check(string type, string kwargs, string columns, ResultDetail detail = ResultDetail.Complete) =>
        Validate(Of((type, kwargs)), Columns(columns), new RunOptions { Format = new ResultFormat(detail) }).Results[0];

    public static ValidationResult Validate(ExpectationSuite suite, Table table, RunOptions? options = null)
    {
        var run = new SuiteRun(suite, options);
        run.Observe(table);
        return run.Conclude();
    }
}
