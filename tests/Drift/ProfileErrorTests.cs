using System.Globalization;
using Tidemark.Drift.Verdicts;
using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Profiles;
using Xunit;
using TestResult = Tidemark.Drift.Statistics.TestResult;

namespace Tidemark.Tests.Drift;

/// <summary>A verdict from stored profiles states how far its statistic may be from that of the rows: here both are taken, of many seeded samples.</summary>
public sealed class ProfileErrorTests(ITestOutputHelper output)
{
    private const int Seeds = 4;

    private static readonly string[] Shapes = ["normal", "lognormal", "pareto", "two hills", "many zeros", "uniform"];

    /// <summary>Rows of the reference, rows now, and of how many hours both were merged.</summary>
    private static readonly (int Reference, int Current, int Parts)[] Sizes = [(700, 600, 1), (2000, 900, 1), (20_000, 5000, 1), (8000, 8000, 24)];

    private static readonly DriftTest[] OfSketches = [.. Enum.GetValues<DriftTest>().Where(t => !t.NeedsCategories())];

    [Fact]
    public void Ninety_nine_of_a_hundred_statistics_of_profiles_are_within_their_stated_error_and_certain_verdicts_are_those_of_the_rows()
    {
        var found = OfSketches.ToDictionary(t => t, _ => (Cases: 0, Beyond: 0, Certain: 0, Wrong: 0, Worst: 0.0));
        foreach ((string shape, (int Reference, int Current, int Parts) size, int seed) in from shape in Shapes from size in Sizes from seed in Enumerable.Range(0, Seeds) select (shape, size, seed))
        {
            (ColumnPair rows, ColumnPair profiles) = Both(shape, size, new Random((seed * 1000) + size.Reference + shape.Length));
            foreach (DriftTest test in OfSketches)
            {
                var choice = new TestChoice(test, test.UsualThreshold());
                (TestResult exact, TestResult sketched) = (choice.Measure(rows), choice.Measure(profiles));
                double error = MeasurementError.Of(choice, profiles)!.Value, off = Math.Abs(exact.Statistic - sketched.Statistic);
                double part = off <= 1e-9 * Math.Abs(exact.Statistic) ? 0 : off / error;
                bool certain = MeasurementError.Settled(choice, profiles, sketched, error), wrong = certain && choice.Crossed(exact) != choice.Crossed(sketched);
                var so = found[test];
                found[test] = (so.Cases + 1, so.Beyond + (part > 1 ? 1 : 0), so.Certain + (certain ? 1 : 0), so.Wrong + (wrong ? 1 : 0), Math.Max(so.Worst, part));
            }
        }

        foreach ((DriftTest test, var so) in found)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{test,-20} {so.Cases} cases, {so.Beyond} beyond, worst {so.Worst:0.00} of the bound; {so.Certain} certain, {so.Wrong} of them wrong"));
        Assert.All(found.Values, so =>
        {
            Assert.InRange(so.Beyond, 0, so.Cases / 100);
            Assert.InRange(so.Wrong, 0, so.Certain / 100);
            Assert.InRange(so.Certain, so.Cases / 6, so.Cases); // a bound that leaves everything open would be no use
        });
    }

    [Fact]
    public void Categories_that_a_profile_no_longer_tells_apart_are_in_the_stated_error()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            Table before = Words(seed, 6000, 8), now = Words(seed + 100, 4000, seed % 2 == 0 ? 8 : 10);
            ColumnSample Kept(Table table) => ColumnSample.Of(DriftTables.Profile(table).Find("word"), table.Rows, numeric: false);
            ColumnSample All(Table table) => ColumnSample.Of(table.Find("word")!, numeric: false, 0, table.Rows);
            (ColumnPair rows, ColumnPair profiles) = (new(All(before), All(now)), new(Kept(before), Kept(now)));
            Assert.InRange(profiles.Reference.Unlisted, 0.001, 0.5);
            foreach (DriftTest test in (DriftTest[])[DriftTest.JensenShannon, DriftTest.Hellinger, DriftTest.TotalVariation, DriftTest.LInfinity])
            {
                var choice = new TestChoice(test, 0.1);
                double error = MeasurementError.Of(choice, profiles)!.Value;
                Assert.InRange(choice.Measure(rows).Statistic, choice.Measure(profiles).Statistic - error, choice.Measure(profiles).Statistic + error);
            }
        }
    }

    [Fact]
    public void A_verdict_from_profiles_carries_its_error_and_one_from_rows_or_few_values_has_none()
    {
        Table before = DriftTables.Of(("x", i => Math.Sqrt(i), 5000), ("few", i => (double)(i % 7), 5000)), now = DriftTables.Of(("x", i => Math.Sqrt(i) + 5, 3000), ("few", i => (double)(i % 7), 3000));

        DriftVerdict verdict = DriftComparison.Compare(DriftTables.Profile(before), DriftTables.Profile(now), DriftPolicy.Default);

        ColumnVerdict x = verdict.Find("x")!, exact = DriftComparison.Compare(before, now, DriftPolicy.Default).Find("x")!;
        Assert.InRange(x.Error!.Value, 0.001, 0.1);
        Assert.InRange(exact.Distance!.Value, x.Distance!.Value - x.Error.Value, x.Distance.Value + x.Error.Value);
        Assert.Equal((null, true), (exact.Error, exact.Certain));
        Assert.Equal((null, true), (verdict.Find("few")!.Error, verdict.Find("few")!.Certain));
    }

    [Fact]
    public void Counts_by_value_are_not_made_up_where_a_sketch_has_lost_them()
    {
        Table table = DriftTables.Of(("x", i => i * 0.25, 5000));

        ColumnVerdict column = DriftComparison.Compare(DriftTables.Profile(table), DriftTables.Profile(table), DriftPolicy.Evidently with { Tests = new Dictionary<string, DriftTest> { ["x"] = DriftTest.ChiSquare } }).Columns[0];

        Assert.Null(column.Test);
        Assert.StartsWith("The test named for this column does not fit", column.Reason, StringComparison.Ordinal);
    }

    private static (ColumnPair Rows, ColumnPair Profiles) Both(string shape, (int Reference, int Current, int Parts) size, Random random)
    {
        double shift = random.Next(4) switch { 0 => 0, 1 => 0.01, 2 => 0.05, _ => 0.25 };
        double[] before = [.. Enumerable.Range(0, size.Reference).Select(_ => Draw(shape, random))];
        double[] now = [.. Enumerable.Range(0, size.Current).Select(_ => (Draw(shape, random) * (1 + (shift / 2))) + shift)];
        if (random.Next(4) == 0)
            Array.Sort(now); // rows in order are the hardest for a sketch
        return (new(ColumnSample.Of(before), ColumnSample.Of(now)), new(Profiled(before, size.Parts), Profiled(now, size.Parts)));
    }

    private static double Draw(string shape, Random random)
    {
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return shape switch
        {
            "normal" => Normal(),
            "lognormal" => Math.Exp(Normal()),
            "pareto" => Math.Pow(1 - random.NextDouble(), -1 / 1.8), // of infinite variance
            "two hills" => (random.Next(3) == 0 ? -5 : 2) + Normal(),
            "many zeros" => random.NextDouble() < 0.4 ? 0 : Math.Exp(Normal()),
            _ => random.NextDouble(),
        };
    }

    private static ColumnSample Profiled(double[] values, int parts)
    {
        var whole = new Profile();
        foreach (double[] part in values.Chunk((values.Length / parts) + 1))
            whole.Merge(DriftTables.Profile(DriftTables.Of(("x", i => part[i], part.Length))));
        return ColumnSample.Of(whole.Find("x"), values.Length, numeric: true);
    }

    /// <summary>Two thousand words, the later ones ever rarer.</summary>
    private static Table Words(int seed, int rows, double rarity)
    {
        var random = new Random(seed);
        string[] words = [.. Enumerable.Range(0, rows).Select(_ => $"w{(int)(2000 * Math.Pow(random.NextDouble(), rarity))}")];
        return DriftTables.Of(("word", i => words[i], rows));
    }
}
