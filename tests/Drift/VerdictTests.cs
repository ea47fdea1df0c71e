using System.Text.Json;
using Tidemark.Drift.Verdicts;
using Tidemark.Platform.Tabular;
using Xunit;

namespace Tidemark.Tests.Drift;

public sealed class VerdictTests
{
    [Theory]
    [InlineData(1000, 9, DriftTest.KolmogorovSmirnov)]
    [InlineData(1000, 5, DriftTest.ChiSquare)]
    [InlineData(1000, 3, DriftTest.ChiSquare)]
    [InlineData(1000, 2, DriftTest.ProportionsZ)]
    [InlineData(1000, 1, DriftTest.ProportionsZ)]
    [InlineData(1001, 9, DriftTest.WassersteinNormed)]
    [InlineData(1001, 5, DriftTest.JensenShannon)]
    [InlineData(1001, 2, DriftTest.JensenShannon)]
    public void Numbers_get_the_test_that_Evidently_gives_them(int rows, int distinct, DriftTest expected)
    {
        Table table = DriftTables.Of(("x", i => (double)(i % distinct), rows));

        ColumnVerdict column = DriftComparison.Compare(table, table, DriftPolicy.Evidently).Columns[0];

        Assert.Equal((expected, false, 1.0), (column.Test, column.Drifted, column.Chance ?? 1));
        Assert.Equal(expected, DriftComparison.Compare(DriftTables.Profile(table), DriftTables.Profile(table), DriftPolicy.Evidently).Columns[0].Test);
    }

    [Theory]
    [InlineData(500, 4, DriftTest.ChiSquare)]
    [InlineData(500, 2, DriftTest.ProportionsZ)]
    [InlineData(2000, 4, DriftTest.JensenShannon)]
    public void Categories_get_the_test_that_Evidently_gives_them(int rows, int distinct, DriftTest expected)
    {
        Table table = DriftTables.Of(("x", i => "c" + i % distinct, rows));

        Assert.Equal(expected, DriftComparison.Compare(table, table, DriftPolicy.Evidently).Columns[0].Test);
    }

    [Fact]
    public void Half_the_columns_make_the_data_set_drift()
    {
        Table before = DriftTables.Of(("a", i => i * 0.1, 500), ("b", i => i * 0.1, 500));
        Table one = DriftTables.Of(("a", i => i * 0.1 + 30, 500), ("b", i => i * 0.1, 500));

        DriftVerdict verdict = DriftComparison.Compare(before, one, DriftPolicy.Evidently);

        Assert.Equal((true, true, 0.5), (verdict.Drifted, verdict.Alarm, verdict.Share));
        Assert.False(DriftComparison.Compare(before, one, DriftPolicy.Evidently with { DriftShare = 0.6 }).Drifted);
        Assert.False(DriftComparison.Compare(before, one, DriftPolicy.Evidently with { Importance = new Dictionary<string, double> { ["a"] = 1, ["b"] = 2 } }).Drifted);
    }

    [Fact]
    public void Drift_becomes_an_alarm_when_it_persists_and_starts_anew_after_a_calm_window()
    {
        Table before = DriftTables.Of(("a", i => i * 0.1, 500)), shifted = DriftTables.Of(("a", i => i * 0.1 + 30, 500));
        DriftPolicy policy = DriftPolicy.Default with { Persistence = 3 };
        var alarms = new List<bool>();
        DriftVerdict? previous = null;
        foreach (Table window in new[] { shifted, shifted, before, shifted, shifted, shifted })
        {
            previous = DriftComparison.Compare(before, window, policy, previous);
            alarms.Add(previous.Alarm);
        }

        Assert.Equal([false, false, false, false, false, true], alarms);
        Assert.Equal(3, previous!.Columns[0].Streak);
    }

    [Fact]
    public void Few_values_and_small_effects_are_no_drift_and_say_so()
    {
        Table before = DriftTables.Of(("a", i => i * 0.1, 90_000)), few = DriftTables.Of(("a", i => i * 0.1 + 9000, 50)), near = DriftTables.Of(("a", i => i * 0.1 + 300, 90_000));

        ColumnVerdict tooFew = DriftComparison.Compare(before, few, DriftPolicy.Default).Columns[0];
        ColumnVerdict tooSmall = DriftComparison.Compare(before, near, DriftPolicy.Default with { Tests = new Dictionary<string, DriftTest> { ["a"] = DriftTest.KolmogorovSmirnov } }).Columns[0];

        Assert.Equal((false, "The current side has 50 values; the policy asks for 100."), (tooFew.Drifted, tooFew.Reason));
        Assert.True(tooSmall.PValue < 1e-9);
        Assert.Equal((false, "p = 6.64E-44 is below 0.05, but only 3.3 % of the probability moved; the policy asks for 5.0 %."), (tooSmall.Drifted, tooSmall.Reason));
    }

    [Fact]
    public void Missing_values_and_unseen_categories_are_told()
    {
        Table before = DriftTables.Of(("fee", i => i % 3 == 0 ? 1.5 : null, 600), ("kind", i => "ab"[i % 2].ToString(), 600));
        Table now = DriftTables.Of(("fee", i => 1.5, 600), ("kind", i => "abz"[i % 3].ToString(), 600));

        DriftVerdict verdict = DriftComparison.Compare(before, now, DriftPolicy.Default);

        Assert.True(verdict.Find("fee")!.Drifted);
        Assert.Equal("Missing values went from 66.7 % to 0.0 %.", verdict.Find("fee")!.Reason);
        Assert.Equal(new UnseenCategory("z", 1.0 / 3), Assert.Single(verdict.Find("kind")!.Unseen));
        Assert.True(verdict.Find("kind")!.Drifted);
    }

    [Fact]
    public void A_fixed_selection_compares_the_columns_that_it_names()
    {
        Table table = DriftTables.Of(("a", i => i * 0.1, 500), ("b", i => i * 0.1, 500));
        DriftPolicy policy = DriftPolicy.Evidently with
        {
            Selection = TestSelection.Fixed,
            Tests = new Dictionary<string, DriftTest> { ["b"] = DriftTest.PopulationStability },
            Thresholds = new Dictionary<string, double> { ["b"] = 0.25 },
        };

        ColumnVerdict column = Assert.Single(DriftComparison.Compare(table, table, policy).Columns);

        Assert.Equal(("b", DriftTest.PopulationStability, 0.25, 0.0), (column.Column, column.Test, column.Threshold, column.Distance));
    }

    [Fact]
    public void NannyML_s_threshold_is_the_mean_and_three_deviations_over_chunks_of_the_reference()
    {
        double[] numbers = ReferenceSamples.Draw("bell", 5, 4000);
        Table before = DriftTables.Of(("a", i => numbers[i], 4000));
        Table now = DriftTables.Of(("a", i => numbers[i] + 0.5, 2000));

        ColumnVerdict column = DriftComparison.Compare(before, now, DriftPolicy.Evidently with { Selection = TestSelection.NannyMl }).Columns[0];

        double[] distances = [.. Enumerable.Range(0, 10).Select(i => ChunkThreshold.JensenShannonOf(new ColumnPair(ColumnSample.Of(numbers), ColumnSample.Of(numbers.AsSpan(400 * i, 400)))))];
        double mean = distances.Average(), deviation = Math.Sqrt(distances.Average(d => (d - mean) * (d - mean)));
        Assert.Equal(mean + 3 * deviation, column.Threshold!.Value, 1e-12);
        Assert.InRange(column.Threshold.Value, 0.05, 0.3);
        Assert.True(column.Drifted);
    }

    [Fact]
    public void Verdicts_and_policies_go_through_JSON_unharmed()
    {
        Table before = DriftTables.Of(("a", i => i * 0.1, 500), ("kind", i => "ab"[i % 2].ToString(), 500)), now = DriftTables.Of(("a", i => 1.0, 500), ("kind", i => "z", 500));
        DriftVerdict verdict = DriftComparison.Compare(before, now, DriftPolicy.Default);

        string text = JsonSerializer.Serialize(verdict, VerdictJson.Default.DriftVerdict);
        Assert.Equal(text, JsonSerializer.Serialize(JsonSerializer.Deserialize(text, VerdictJson.Default.DriftVerdict)!, VerdictJson.Default.DriftVerdict));
        string policy = JsonSerializer.Serialize(DriftPolicy.Default, VerdictJson.Default.DriftPolicy);
        Assert.Equal(policy, JsonSerializer.Serialize(JsonSerializer.Deserialize(policy, VerdictJson.Default.DriftPolicy)!, VerdictJson.Default.DriftPolicy));
    }

    [Fact]
    public void Benjamini_and_Hochberg_s_own_example_gives_their_four_rejections()
    {
        double[] p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000];

        Assert.Equal(4, FalseDiscovery.Adjust(p).Count(a => a <= 0.05));
    }

    [Fact]
    public void Seasons_match_the_same_weekday_hour_or_month_of_the_past()
    {
        var now = new DateTimeOffset(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);

        Assert.True(Season.Weekday.Matches(now, now.AddDays(-7)));
        Assert.False(Season.Weekday.Matches(now, now.AddHours(-2)));
        Assert.True(Season.HourOfWeek.Matches(now, now.AddDays(-14)));
        Assert.False(Season.HourOfWeek.Matches(now, now.AddDays(-14).AddHours(1)));
        Assert.True(Season.Month.Matches(now, now.AddYears(-1).AddDays(5)));
        Assert.False(Season.Weekday.Matches(now, now.AddDays(7)));
        Assert.False(Season.None.Matches(now, now.AddDays(-7)));
    }
}
