using System.Globalization;
using Tidemark.Drift.Verdicts;
using Tidemark.Platform.Tabular;
using Xunit;

namespace Tidemark.Tests.Drift;

/// <summary>Undrifted data from a seed: alarms come no more often than each verdict states.</summary>
public sealed class FalseAlarmTests(ITestOutputHelper output)
{
    private const int Columns = 8;

    /// <summary>Plain verdicts, tests by Evidently's rules: p-values below 1000 rows, distances above; and single distances.</summary>
    [Theory]
    [InlineData(600, 400, null, 200)]
    [InlineData(1500, 60, null, 200)]
    [InlineData(1500, 150, DriftTest.JensenShannon, 200)]
    [InlineData(900, 300, DriftTest.Energy, 200)]
    [InlineData(900, 90, DriftTest.Hellinger, 200)]
    [InlineData(900, 150, DriftTest.PopulationStability, 100)]
    [InlineData(900, 400, DriftTest.PopulationStability, 100)]
    [InlineData(900, 90, DriftTest.KullbackLeibler, 100)]
    [InlineData(900, 250, DriftTest.KullbackLeibler, 100)]
    [InlineData(900, 150, DriftTest.TotalVariation, 100)]
    [InlineData(900, 60, DriftTest.LInfinity, 100)]
    [InlineData(900, 150, DriftTest.LInfinity, 100)]
    public void Undrifted_columns_drift_no_more_often_than_they_state(int rows, int window, DriftTest? test, int rounds)
    {
        double stated = 0, seen = 0, square = 0;
        for (int round = 0; round < rounds; round++)
        {
            (Table before, Table now) = (Undrifted(2 * round, rows), Undrifted(2 * round + 1, window));
            DriftPolicy policy = DriftPolicy.Evidently with { Tests = test is { } named ? before.Columns.ToDictionary(c => c.Name, _ => named) : [] };
            foreach (ColumnVerdict column in DriftComparison.Compare(before, now, policy).Columns)
            {
                stated += column.FalseAlarmRate;
                square += column.FalseAlarmRate * (1 - column.FalseAlarmRate);
                seen += column.Drifted ? 1 : 0;
            }
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seen / rounds / Columns:P2} seen, {stated / rounds / Columns:P2} stated"));
        Assert.True(seen <= stated + 3 * Math.Sqrt(square) + 1, $"{seen} columns drifted where {stated} were stated.");
        Assert.True(seen >= 0.3 * stated - 3 * Math.Sqrt(square) - 1, $"{seen} columns drifted where {stated} were stated: the statement is far too gloomy.");
    }

    [Fact]
    public void The_careful_policy_raises_no_alarm_in_a_thousand_undrifted_windows_that_plain_verdicts_fill_with_them()
    {
        int plain = 0, careful = 0;
        double stated = 0;
        for (int model = 0; model < 20; model++)
        {
            Table before = Undrifted(1000 * model, 800);
            DriftVerdict? previous = null;
            for (int window = 1; window <= 50; window++)
            {
                Table now = Undrifted(1000 * model + window, 300);
                plain += DriftComparison.Compare(before, now, DriftPolicy.Evidently).Columns.Count(c => c.Alarm);
                previous = DriftComparison.Compare(before, now, DriftPolicy.Default, previous);
                careful += previous.Columns.Count(c => c.Alarm) + (previous.Alarm ? 1 : 0);
                stated += previous.Columns.Sum(c => c.FalseAlarmRate);
            }
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{plain} plain alarms, {careful} careful ones of {8000} columns; stated at most {stated:F1}"));
        Assert.InRange(plain, 200, 600);
        Assert.InRange(careful, 0, stated + 3 * Math.Sqrt(stated) + 1);
        Assert.InRange(stated, 0, 8);
    }

    [Fact]
    public void The_data_set_s_rate_is_the_binomial_tail_and_its_bound_holds_for_dependent_columns()
    {
        double[] rates = [.. Enumerable.Repeat(0.05, 4)], weights = [1, 1, 1, 1];

        Assert.Equal(6 * 0.05 * 0.05 * 0.95 * 0.95 + 4 * 0.05 * 0.05 * 0.05 * 0.95 + 0.05 * 0.05 * 0.05 * 0.05, DatasetRate.Independent(rates, weights, 0.5), 1e-12);
        Assert.Equal(0.1, DatasetRate.Bound(rates, weights, 0.5), 1e-12);
        Assert.Equal(0.05, DatasetRate.Independent([0.05, 0.3], [3, 1], 0.75), 1e-12);
    }

    /// <summary>Bells, uniforms, heavy tails, ties, few values and categories; no column ever changes.</summary>
    private static Table Undrifted(int seed, int rows)
    {
        (string Name, Func<int, object?> Cell, int Rows) Numbers(string name, string shape, int offset)
        {
            double[] values = ReferenceSamples.Draw(shape, (ulong)(100 * seed + offset), rows);
            return (name, i => values[i], rows);
        }

        double[] u = ReferenceSamples.Uniform((ulong)(100 * seed + 90), rows), v = ReferenceSamples.Uniform((ulong)(100 * seed + 91), rows);
        return DriftTables.Of(
            Numbers("bell", "bell", 1), Numbers("bell2", "bell", 2), Numbers("uniform", "uniform", 3), Numbers("integers", "integers", 4), Numbers("rounded", "rounded", 5),
            ("few", i => Math.Floor(u[i] * 4), rows), ("category", i => "c" + (int)(v[i] * v[i] * 6), rows), ("flag", i => u[i] < 0.3 ? "yes" : "no", rows));
    }
}
