using System.Text;
using System.Text.Json;
using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Profiles;
using Tidemark.Platform.Tabular.Readers;
using Tidemark.Platform.Tabular.Sketches;
using Xunit;

namespace Tidemark.Tests.Platform.Tabular;

/// <summary>A profile says of data what is true of it, merged or not.</summary>
public sealed class ProfileTests
{
    [Fact]
    public async Task Counts_are_exact()
    {
        Profile profile = await Csv("i,r,t,b,m\n0,0.5,a,true,1\n-3,,bé,false,x\n0,inf,a,true,2.5\n,-1.5,,,\n");

        Assert.Equal(4, profile.Rows);
        Assert.Equal([ColumnKind.Integer, ColumnKind.Real, ColumnKind.Text, ColumnKind.Boolean, ColumnKind.Text], profile.Columns.Select(c => c.Kind!.Value));
        Assert.Equal([1L, 1, 1, 1, 1], profile.Columns.Select(profile.Missing));
        Assert.Equal((2L, 1L), (profile.Find("i")!.Cells.Zeros, profile.Find("i")!.Cells.Negatives));
        Assert.Equal(1, profile.Find("r")!.Cells.Infinities);
        Assert.Equal((1, 2, 4L), (profile.Find("t")!.Cells.ShortestText, profile.Find("t")!.Cells.LongestText, profile.Find("t")!.Cells.Characters));
        Assert.Equal([("a", 2L), ("bé", 1L)], profile.Find("t")!.Texts.Values().Select(v => (v.Text, v.Count)));
        Assert.Equal([(1.0, 2L), (0.0, 1L)], profile.Find("b")!.Numbers.Values().Select(v => (v.Number, v.Count)));
        Assert.Equal(2, profile.Find("t")!.Distinct.Estimate());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Moments_are_those_of_the_definition_however_merged(int seed)
    {
        var random = new Random(seed);
        double[] values = [.. Enumerable.Range(0, 3000).Select(_ => 1e6 + Math.Exp(3 * random.NextDouble()))];
        double mean = values.Average(), m2 = values.Sum(v => Math.Pow(v - mean, 2)), m3 = values.Sum(v => Math.Pow(v - mean, 3));
        Moments[] parts = [.. values.Chunk(random.Next(100, 900)).Select(c => c.Aggregate(default(Moments), (m, v) => m.With(v)))];

        foreach (Moments merged in new[] { parts.Aggregate((a, b) => a.Merge(b)), parts.Reverse().Aggregate((a, b) => b.Merge(a)) })
        {
            Assert.Equal(values.Length, merged.Count);
            Assert.Equal(mean, merged.Mean, 1e-9 * mean);
            Assert.Equal(Math.Sqrt(m2 / (values.Length - 1)), merged.StandardDeviation, 1e-8);
            Assert.Equal(m3 / values.Length / Math.Pow(m2 / values.Length, 1.5), merged.Skewness, 1e-6);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Merging_is_associative_and_commutative(int seed)
    {
        var random = new Random(seed);
        string[] parts = [.. Enumerable.Range(0, 3).Select(_ => "n,t\n" + string.Concat(Enumerable.Range(0, random.Next(1, 900)).Select(_ => $"{random.Next(60)},{(char)('a' + random.Next(20))}\n")))];
        async Task<Profile> Merged(params int[] order)
        {
            var profile = new Profile();
            foreach (int part in order)
                profile.Merge(await Csv(parts[part]));
            return profile;
        }
        Profile left = await Merged(0, 1, 2), right = await Csv(parts[0]), back = await Merged(2, 1, 0);
        right.Merge(await Merged(1, 2));

        foreach (Profile other in new[] { right, back })
        {
            Assert.Equal(left.Rows, other.Rows);
            foreach ((ColumnProfile a, ColumnProfile b) in left.Columns.Zip(other.Columns))
            {
                Assert.Equal(a.Cells, b.Cells);
                Assert.Equivalent(a.Distinct.State, b.Distinct.State, strict: true);
                Assert.Equal(a.Texts.Values(), b.Texts.Values());
                Assert.Equal(a.Numbers.Values(), b.Numbers.Values());
                Assert.Equal(a.Moments.Mean, b.Moments.Mean, 1e-9);
                if (a.Moments.Count > 0)
                    Assert.Equal(a.Quantiles.Quantile(0.5), b.Quantiles.Quantile(0.5), 60 * 3 * a.Quantiles.RankError);
            }
        }
    }

    [Fact]
    public async Task A_profile_survives_storage_as_JSON()
    {
        Profile profile = await Csv("n,t,e\n" + string.Concat(Enumerable.Range(0, 3000).Select(i => $"{i * 0.5},text {i},\n")));

        string json = JsonSerializer.Serialize(profile.State, JsonSerializerOptions.Web);
        Profile copy = Profile.From(JsonSerializer.Deserialize<ProfileState>(json, JsonSerializerOptions.Web)!);

        Assert.Equal(json, JsonSerializer.Serialize(copy.State, JsonSerializerOptions.Web));
        copy.Merge(profile);
        Assert.Equal(6000, copy.Rows);
        Assert.InRange(copy.Find("t")!.Distinct.Estimate(), 2900, 3100);
    }

    [Fact]
    public async Task Flags_a_spike_a_gap_between_mean_and_median_and_columns_without_information()
    {
        var random = new Random(5);
        Profile profile = await Csv("normal,sentinel,skewed,constant,empty\n" + string.Concat(Enumerable.Range(0, 5000).Select(i =>
        {
            double normal = Enumerable.Range(0, 12).Sum(_ => random.NextDouble()) - 6;
            return $"{normal:F4},{(i % 10 == 0 ? -999 : normal):F4},{Math.Exp(2 * normal):F4},7,\n";
        })));

        Assert.Equal(
            [("sentinel", ProfileFlagKind.Spike), ("sentinel", ProfileFlagKind.MeanMedianGap), ("skewed", ProfileFlagKind.MeanMedianGap), ("constant", ProfileFlagKind.Constant), ("empty", ProfileFlagKind.Empty)],
            ProfileFlag.Of(profile).Where(f => f is not { Column: "skewed", Kind: ProfileFlagKind.Spike }).Select(f => (f.Column, f.Kind)));
        Assert.StartsWith("-999 is 9.", ProfileFlag.Of(profile)[0].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_histogram_counts_what_is_in_each_bin()
    {
        var sketch = new QuantileSketch();
        for (int i = 0; i <= 100; i++)
            sketch.Add(i);

        Histogram histogram = Histogram.EqualWidth(sketch, 4);

        Assert.Equal([0, 25, 50, 75, 100], histogram.Edges);
        Assert.Equal([26, 25, 25, 25], histogram.Counts.Select(c => Math.Round(c, 9)));
    }

    [Fact]
    public void Columns_that_only_some_rows_have_count_as_missing_elsewhere()
    {
        var profile = new Profile();
        foreach (string name in new[] { "a", "b" })
        {
            var column = new IntegerColumn(name);
            column.Append(1);
            profile.Observe(new Table([column]).Filled(1));
        }

        Assert.Equal([1L, 1], profile.Columns.Select(profile.Missing));
    }

    private static async Task<Profile> Csv(string text)
    {
        using CsvReader reader = (await CsvReader.OpenAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), CsvOptions.Default, TestContext.Current.CancellationToken)).Value!;
        return (await Profile.OfAsync(reader, TestContext.Current.CancellationToken)).Value!;
    }
}
