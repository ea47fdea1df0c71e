using Tidemark.Platform.Tabular;
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

    [Fact]
    public void A_refused_row_tells_its_first_rule_the_value_and_every_reason()
    {
        ExpectationSuite fitted = ActionFitting.Fit(Suite.Parse(Rules), Suite.Columns("""{"age": [20, 22, 90, null], "fare": [1, 2, 3, 4]}"""), "datasets/train");

        GateReport report = new SuiteGate(fitted).Judge(Suite.Columns("""{"age": [null, 20, 30], "fare": [1, 900, 3], "sex": ["?", "male", "male"], "class": [7, 1, 8]}"""));

        IReadOnlyList<RefusedRow> refused = report.Refused();
        Assert.Equal([0, 2], refused.Select(row => row.Row));
        Assert.Equal([false, true, false], Enumerable.Range(0, 3).Select(report.Accepts));
        Assert.Equal(("expect_column_values_to_be_in_set", "sex", "'?'", RowActionKind.Reject), (refused[0].Rule, refused[0].Column, refused[0].Value, refused[0].Becomes));
        Assert.Contains("for sex: '?'; expect_column_values_to_be_in_set does not hold for class: '7'", refused[0].Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("age", refused[0].Reason, StringComparison.Ordinal);
        Assert.Equal(500L, report.Table.Find("fare")!.Cell(1));
    }

    [Fact]
    public void A_rule_that_can_not_be_evaluated_vouches_for_no_row()
    {
        ExpectationSuite suite = Suite.Of(("expect_column_values_to_be_between", """{"column": "age", "min_value": 0}"""));

        GateReport report = new SuiteGate(suite).Judge(Suite.Columns("""{"age": ["old", "young"]}"""));

        Assert.Equal([0, 1], report.Refused().Select(row => row.Row));
        Assert.All(report.Refused(), row => Assert.Contains("could not be evaluated", row.Reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"age": [1, null, 3]}""", "median", """{"age": [10, 21]}""", new object[] { 1.0, 15.5, 3.0 })]
    [InlineData("""{"age": [1, null, 3]}""", "median", """{"age": [10, 20]}""", new object[] { 1L, 15L, 3L })]
    [InlineData("""{"age": [1.5, null, null]}""", "mean", """{"age": [2, 4]}""", new object[] { 1.5, 3.0, 3.0 })]
    public void Imputed_values_stand_in_place_and_the_rows_around_stay(string rows, string with, string training, object[] expected)
    {
        ExpectationSuite suite = Suite.Parse($$"""{"name": "x", "expectations": [{"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "age"}, "meta": {"row_action": {"kind": "impute", "with": "{{with}}"} } }]}""");
        Table table = Suite.Columns(rows);

        GateReport report = new SuiteGate(ActionFitting.Fit(suite, Suite.Columns(training), "datasets/train")).Judge(table);

        Assert.Equal(expected, Enumerable.Range(0, 3).Select(report.Table.Find("age")!.Cell));
        Assert.Equal(0, report.Table.Find("age")!.Missing);
        Assert.True(table.Find("age")!.IsMissing(1));
    }

    [Fact]
    public void Rows_without_a_fault_cost_no_memory_however_many()
    {
        var gate = new SuiteGate(Suite.Of(
            ("expect_column_values_to_be_between", """{"column": "x", "min_value": 0, "max_value": 1000000}"""),
            ("expect_column_values_to_be_between", """{"column": "t", "min_value": "a", "max_value": "zz"}"""),
            ("expect_column_values_to_not_be_null", """{"column": "t"}"""),
            ("expect_column_values_to_be_in_set", """{"column": "t", "value_set": ["aa", "bb"]}"""),
            ("expect_column_values_to_match_regex", """{"column": "t", "regex": "^[a-z]+$"}"""),
            ("expect_column_value_lengths_to_equal", """{"column": "t", "value": 2}""")));

        Assert.InRange(PerBatch(4096), 0, 1024);

        long PerBatch(int rows)
        {
            Table table = Numbers(rows);
            for (int i = 0; i < 50; i++)
                Assert.True(gate.Judge(table).Clean);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 20; i++)
                gate.Judge(table);
            return (GC.GetAllocatedBytesForCurrentThread() - before) / 20;
        }
    }

    private static Table Numbers(int rows)
    {
        var x = new RealColumn("x");
        var t = new TextColumn("t");
        for (int i = 0; i < rows; i++)
        {
            x.Append(i);
            t.Append(i % 2 == 0 ? "aa"u8 : "bb"u8);
        }

        return new Table([x, t]).Filled(rows);
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

        Assert.True(report.Clean);
        Assert.Empty(report.Refused());
        Assert.Equal("expect_magic", Assert.Single(report.Unusable).Expectation.Type);
    }

    /// <summary>JSON lines whose rows all lack a key have no such column; the model takes it all the same.</summary>
    [Fact]
    public void A_column_that_the_model_takes_and_no_row_has_is_missing_in_every_row()
    {
        ExpectationSuite suite = Suite.Parse("""
            {"name": "x", "expectations": [
              {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "age"}, "meta": {"row_action": {"kind": "impute", "with": "constant", "value": 54}}},
              {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "sex"}},
              {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "label"}}]}
            """);

        GateReport report = new SuiteGate(suite, mayLack: ["age", "sex"]).Judge(Suite.Columns("""{"class": [1, 2]}"""));

        Assert.Equal([54.0, 54.0], Enumerable.Range(0, 2).Select(report.Table.Find("age")!.Cell));
        Assert.All(report.Refused(), row => Assert.Equal("sex", row.Column));
        Assert.Equal(2, report.Refused().Count);
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
