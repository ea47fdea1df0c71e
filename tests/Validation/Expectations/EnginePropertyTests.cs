using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Platform.Tabular;
using Tidemark.Validation.Expectations;
using Tidemark.Validation.Suites;
using Xunit;

namespace Tidemark.Tests.Validation.Expectations;

/// <summary>What holds for any data, tried on seeded random tables.</summary>
public sealed class EnginePropertyTests
{
    private static readonly (string Type, string Kwargs)[] Rules =
    [
        ("expect_column_values_to_be_between", """{"column": "x", "min_value": -5, "max_value": 5, "strict_max": true}"""),
        ("expect_column_values_to_be_unique", """{"column": "t"}"""),
        ("expect_column_values_to_be_in_set", """{"column": "t", "value_set": ["a", "b", "é"], "mostly": 0.5}"""),
        ("expect_column_values_to_be_increasing", """{"column": "i"}"""),
        ("expect_column_value_z_scores_to_be_less_than", """{"column": "x", "threshold": 1.5, "double_sided": true}"""),
        ("expect_compound_columns_to_be_unique", """{"column_list": ["i", "t"]}"""),
        ("expect_select_column_values_to_be_unique_within_record", """{"column_list": ["i", "x"]}"""),
        ("expect_column_pair_values_a_to_be_greater_than_b", """{"column_A": "x", "column_B": "i"}"""),
        ("expect_column_mean_to_be_between", """{"column": "x"}"""),
        ("expect_column_stdev_to_be_between", """{"column": "i", "max_value": 3}"""),
        ("expect_column_sum_to_be_between", """{"column": "i"}"""),
        ("expect_column_median_to_be_between", """{"column": "x"}"""),
        ("expect_column_max_to_be_between", """{"column": "x", "max_value": 9}"""),
        ("expect_column_quantile_values_to_be_between", """{"column": "x", "quantile_ranges": {"quantiles": [0.1, 0.9], "value_ranges": [[-9, 0], [0, 9]]}}"""),
        ("expect_column_unique_value_count_to_be_between", """{"column": "t"}"""),
        ("expect_column_distinct_values_to_be_in_set", """{"column": "t", "value_set": ["a"]}"""),
        ("expect_column_most_common_value_to_be_in_set", """{"column": "i", "value_set": [1, 2]}"""),
        ("expect_column_kl_divergence_to_be_less_than", """{"column": "x", "partition_object": null, "threshold": 1}"""),
        ("expect_column_pair_cramers_phi_value_to_be_less_than", """{"column_A": "t", "column_B": "i"}"""),
        ("expect_table_row_count_to_be_between", """{"min_value": 1, "row_condition": "i > 0", "condition_parser": "pandas"}"""),
    ];

    [Fact]
    public void A_verdict_does_not_depend_on_how_the_rows_are_cut_into_batches()
    {
        var random = new Random(31);
        foreach (ResultDetail detail in Enum.GetValues<ResultDetail>())
        {
            foreach (int rows in (int[])[0, 1, 7, 60, 300])
            {
                Table table = Random(random, rows);
                var options = new RunOptions { Format = new ResultFormat(detail) { PartialUnexpectedCount = 5, IndexColumns = rows % 2 == 0 ? ["i"] : [] }, Clock = new FakeClock() };
                JsonObject whole = Suite.Validate(Suite.Of(Rules), table, options).ToJson();
                foreach (int size in (int[])[1, 13, 64])
                {
                    var run = new SuiteRun(Suite.Of(Rules), options);
                    foreach (Table batch in Batches.Of(table, size))
                        run.Observe(batch);
                    JsonAssert.Equal(whole, run.Conclude().ToJson());
                }
            }
        }
    }

    /// <summary>In JSON lines a key may appear late; before, its values are missing.</summary>
    [Fact]
    public void A_column_that_comes_late_is_missing_before()
    {
        var random = new Random(35);
        foreach (int late in (int[])[1, 20, 59])
        {
            Table table = Random(random, 60);
            foreach (Column column in table.Columns)
                column.Clear();
            for (int row = 0; row < 60; row++)
            {
                foreach (Column column in table.Columns)
                {
                    if (row < late && column.Name != "i")
                        column.AppendMissing();
                    else
                        Append(column, random.Next(-2, 5));
                }
            }

            var options = new RunOptions { Format = new ResultFormat(ResultDetail.Complete) { IndexColumns = ["t"] }, Clock = new FakeClock() };
            (string, string)[] rules = [.. Rules, ("expect_column_values_to_not_be_null", """{"column": "t"}"""), ("expect_column_values_to_be_between", """{"column": "i", "min_value": 1, "row_condition": "x > 1", "condition_parser": "pandas"}""")];
            JsonObject whole = Suite.Validate(Suite.Of(rules), table.Filled(60), options).ToJson();
            var run = new SuiteRun(Suite.Of(rules), options);
            foreach (Table batch in Batches.Of(table, 10))
                run.Observe(batch.FirstRow + batch.Rows > late ? batch : new Table([batch.Find("i")!]).Filled(batch.Rows, batch.FirstRow));

            JsonAssert.Equal(whole, run.Conclude().ToJson());
        }
    }

    [Fact]
    public void A_column_that_never_comes_is_a_fault()
    {
        var run = new SuiteRun(Suite.Of(("expect_column_values_to_be_null", """{"column": "absent"}""")));
        foreach (Table batch in Batches.Of(Random(new Random(36), 40), 10))
            run.Observe(batch);

        Assert.Contains("\"absent\" does not exist", run.Conclude().Results[0].Fault?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_are_expected_unexpected_or_missing_and_nothing_else()
    {
        var random = new Random(32);
        for (int i = 0; i < 50; i++)
        {
            Table table = Random(random, random.Next(1, 80));
            ValidationResult result = Suite.Validate(
                Suite.Of(("expect_column_values_to_be_in_set", """{"column": "i", "value_set": [0, 1, 2]}"""), ("expect_column_values_to_not_be_in_set", """{"column": "i", "value_set": [0, 1, 2]}""")), table);

            int[] unexpected = result.Results.Select(r => (int)Values.Number(r.Result["unexpected_count"]!)!.Value).ToArray();
            Assert.Equal(table.Rows - table.Find("i")!.Missing, unexpected.Sum());
        }
    }

    /// <summary>Enough values that the table of those seen grows many times.</summary>
    [Fact]
    public void Uniqueness_agrees_with_counting()
    {
        var random = new Random(34);
        var i = new IntegerColumn("i");
        for (int row = 0; row < 20_000; row++)
            i.Append(random.Next(4) == 0 ? random.Next(40_000) : 1_000_000L + row);
        int[] expected = i.Values.ToArray().Select((value, row) => (value, row)).GroupBy(cell => cell.value).Where(same => same.Count() > 1).SelectMany(same => same.Select(cell => cell.row)).Order().ToArray();

        var run = new SuiteRun(Suite.Of(("expect_column_values_to_be_unique", """{"column": "i"}""")), new RunOptions { Format = new ResultFormat(ResultDetail.Complete) });
        foreach (Table batch in Batches.Of(new Table([i]).Filled(i.Count), 1000))
            run.Observe(batch);

        JsonObject result = run.Conclude().Results[0].Result;
        Assert.NotEmpty(expected);
        Assert.Equal(expected, result["unexpected_index_list"]!.AsArray().Select(row => (int)row!.GetValue<long>()));
    }

    [Fact]
    public void A_verdict_is_JSON_without_NaN_whatever_the_numbers()
    {
        var x = new RealColumn("x");
        foreach (double value in (double[])[double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0, double.Epsilon, double.MaxValue, 1e308])
            x.Append(value);
        Table table = new Table([x]).Filled(7);
        foreach (string type in ExpectationCatalog.Names)
        {
            string text = Suite.Validate(Suite.Of((type, """{"column": "x"}"""), (type, """{"column": "x", "min_value": 0, "value_set": [1]}""")), table).ToJson().ToJsonString();
            using JsonDocument document = JsonDocument.Parse(text);
            Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
        }
    }

    [Fact]
    public void Mean_and_deviation_of_many_values_stay_exact_in_bounded_memory()
    {
        var random = new Random(33);
        var moments = new Moments();
        decimal sum = 0;
        var values = new List<double>();
        for (int i = 0; i < 3 * Moments.Exact; i++)
        {
            double value = 1e6 + random.NextDouble();
            values.Add(value);
            sum += (decimal)value;
            moments.Add(value);
        }

        double mean = (double)(sum / values.Count), deviation = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1));
        Assert.Equal(mean, moments.Mean(), mean * 1e-15);
        Assert.Equal(deviation, moments.StandardDeviation(), deviation * 1e-9);
    }

    /// <summary>Critical distances at 5 % from L. H. Miller's table (1956); one value has p = 2 (1 - d).</summary>
    [Theory]
    [InlineData(1, 0.75, 0.5)]
    [InlineData(5, 0.56328, 0.05)]
    [InlineData(10, 0.40925, 0.05)]
    [InlineData(20, 0.29408, 0.05)]
    [InlineData(40, 0.21012, 0.05)]
    [InlineData(100, 0.13403, 0.05)]
    public void Kolmogorov_Smirnov_gives_the_tabled_chance(int count, double distance, double expected) =>
        Assert.Equal(expected, KolmogorovSmirnov.PValue(distance, count), 2e-4);

    [Theory]
    [InlineData(0.03)]
    [InlineData(0.08)]
    [InlineData(0.12)]
    public void Kolmogorov_Smirnov_goes_over_from_exact_to_limit_without_a_step(double distance) =>
        Assert.Equal(KolmogorovSmirnov.PValue(distance, 140), KolmogorovSmirnov.PValue(distance, 141), 0.01);

    [Fact]
    public void Chi_square_and_Cramers_phi_give_the_textbook_values()
    {
        const string Table = """{"a": ["x","x","x","x","y","y","y","y","y","y"], "b": [1,1,1,2,2,2,2,2,2,1]}""";

        JsonObject chi = Suite.Check("expect_column_chisquare_test_p_value_to_be_greater_than", """{"column": "a", "partition_object": {"values": ["x", "y"], "weights": [0.5, 0.5]}}""", Table).Result;
        JsonObject phi = Suite.Check("expect_column_pair_cramers_phi_value_to_be_less_than", """{"column_A": "a", "column_B": "b", "threshold": 0.4}""", Table).Result;

        Assert.Equal(0.5270892568655381, Values.Number(chi["observed_value"]!)!.Value, 1e-12); // statistic 0.4, one degree of freedom
        Assert.Equal(Math.Sqrt(1.40625 / 10), Values.Number(phi["observed_value"]!)!.Value, 1e-12);
    }

    private static void Append(Column column, int value)
    {
        switch (column)
        {
            case IntegerColumn whole:
                whole.Append(value);
                break;
            case RealColumn real:
                real.Append(value / 2.0);
                break;
            default:
                ((TextColumn)column).Append($"t{value}");
                break;
        }
    }

    private static Table Random(Random random, int rows)
    {
        var x = new RealColumn("x");
        var i = new IntegerColumn("i");
        var t = new TextColumn("t");
        for (int row = 0; row < rows; row++)
        {
            if (random.Next(6) == 0)
                x.AppendMissing();
            else
                x.Append(random.Next(8) == 0 ? double.NaN : Math.Round((random.NextDouble() * 20) - 10, random.Next(4)));
            if (random.Next(6) == 0)
                i.AppendMissing();
            else
                i.Append(random.Next(-2, 5));
            if (random.Next(6) == 0)
                t.AppendMissing();
            else
                t.Append(random.Next(3) == 0 ? row.ToString(CultureInfo.InvariantCulture) : "abéz"[random.Next(4)].ToString());
        }

        return new Table([x, i, t]).Filled(rows);
    }
}
