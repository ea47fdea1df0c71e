using Tidemark.Validation.Suites;
using Xunit;

namespace Tidemark.Tests.Validation.Expectations;

public sealed class SuiteGateTests
{
    private const string Rules = """
        {"name": "passengers", "expectations": [
          {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "age"}, "meta": {"row_action": {"kind": "impute", "with": "median"}}},
          {"type": "expect_column_values_to_be_between", "kwargs": {"column": "fare", "min_value": 0, "max_value": 500}, "meta": {"row_action": "clip"}},
          {"type": "expect_column_values_to_be_in_set", "kwargs": {"column": "sex", "value_set": ["female", "male"]}, "meta": {"row_action": "quarantine"}},
          {"type": "expect_column_values_to_be_in_set", "kwargs": {"column": "class", "value_set": [1, 2, 3]}},
          {"type": "expect_column_values_to_be_between", "kwargs": {"column": "age", "max_value": 100}, "severity": "warning"}
        ]}
        """;

    private const string Rows = """
        {"age": [30, null, 120, 40], "fare": [10, 600.5, -3, 20], "sex": ["male", "female", "male", "m"], "class": [1, 2, 9, 3]}
        """;

    [Fact]
    public void Each_failing_row_becomes_what_its_rule_says()
    {
        ExpectationSuite fitted = ActionFitting.Fit(Suite.Parse(Rules), Suite.Columns("""{"age": [20, 22, 90, null], "fare": [1, 2, 3, 4]}"""), "datasets/train");

        GateReport report = new SuiteGate(fitted).Judge(Suite.Columns(Rows));

        Assert.Equal([RowActionKind.Pass, RowActionKind.Pass, RowActionKind.Reject, RowActionKind.Quarantine], report.Dispositions);
        Assert.Equal([30L, 22L, 120L, 40L], Enumerable.Range(0, 4).Select(report.Table.Find("age")!.Cell));
        Assert.Equal([10.0, 500.0, 0.0, 20.0], Enumerable.Range(0, 4).Select(report.Table.Find("fare")!.Cell));
        Assert.Contains(report.Findings, finding => finding is { Row: 2, Expectation.Severity: Severity.Warning } && finding.Reason.Contains("'120'", StringComparison.Ordinal));
        Assert.False(report.Blocked);
    }

    [Fact]
    public void An_imputation_nobody_fitted_on_training_data_repairs_nothing()
    {
        GateReport report = new SuiteGate(Suite.Parse(Rules)).Judge(Suite.Columns(Rows));

        Assert.Equal(RowActionKind.Reject, report.Dispositions[1]);
        Assert.Null(report.Table.Find("age")!.Cell(1));
    }

    [Fact]
    public void The_fitted_value_and_its_training_data_survive_the_suite_file()
    {
        ExpectationSuite fitted = ActionFitting.Fit(Suite.Parse(Rules), Suite.Columns("""{"age": [20, 22, 90, null]}"""), "datasets/train");

        ExpectationSuite again = Suite.Parse(SuiteJson.Write(fitted).ToJsonString());

        Assert.Equal(new RowAction(RowActionKind.Impute, "median", again.Expectations[0].Action!.Value, "datasets/train"), again.Expectations[0].Action);
        Assert.Equal(22.0, Convert.ToDouble(again.Expectations[0].Action!.Value, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void A_broken_rule_of_severity_block_refuses_everything()
    {
        ExpectationSuite suite = Suite.Parse("""{"name": "x", "expectations": [{"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "age"}, "severity": "block"}]}""");

        Assert.True(new SuiteGate(suite).Judge(Suite.Columns(Rows)).Blocked);
    }

    /// <summary>A suite made for training speaks of the label, of means and of uniqueness: none of that stops a row at serving.</summary>
    [Fact]
    public void Rules_of_absent_columns_and_of_whole_data_sets_do_not_judge_a_row()
    {
        ExpectationSuite suite = Suite.Of(
            ("expect_column_values_to_be_in_set", """{"column": "label", "value_set": [0, 1]}"""),
            ("expect_column_mean_to_be_between", """{"column": "age", "min_value": 1000}"""),
            ("expect_column_values_to_be_unique", """{"column": "class"}"""),
            ("expect_magic", "{}"));

        GateReport report = new SuiteGate(suite).Judge(Suite.Columns("""{"age": [1, 2], "class": [3, 3]}"""));

        Assert.Equal([RowActionKind.Pass, RowActionKind.Pass], report.Dispositions);
        Assert.Empty(report.Findings);
        Assert.Empty(report.Faults);
        Assert.Equal("expect_magic", Assert.Single(report.Unusable).Expectation.Type);
    }

    [Fact]
    public async Task One_gate_judges_many_requests_at_once()
    {
        var gate = new SuiteGate(Suite.Parse(Rules));

        GateReport[] reports = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(() => gate.Judge(Suite.Columns(Rows)))));

        Assert.All(reports, report => Assert.Equal(reports[0].Dispositions, report.Dispositions));
    }

    [Theory]
    [InlineData("\"severity\": \"loud\"", "severity must be")]
    [InlineData("\"meta\": {\"row_action\": \"shred\"}", "row_action must be")]
    [InlineData("\"meta\": {\"row_action\": \"impute\"}", "impute needs")]
    public void What_is_no_severity_or_row_action_is_reported_by_its_expectation(string field, string expected)
    {
        ExpectationSuite suite = Suite.Parse($$"""{"name": "x", "expectations": [{"type": "expect_column_to_exist", "kwargs": {"column": "age"}, {{field}}}]}""");

        ValidationResult result = Suite.Validate(suite, Suite.Columns(Rows));

        Assert.Contains(expected, result.Results[0].Fault?.Message, StringComparison.Ordinal);
    }
}
