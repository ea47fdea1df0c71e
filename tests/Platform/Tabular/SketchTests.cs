using System.Text;
using Tidemark.Platform.Tabular.Sketches;
using Xunit;

namespace Tidemark.Tests.Platform.Tabular;

/// <summary>Every sketch keeps the error bound that its documentation states, merged in any shape.</summary>
public sealed class SketchTests
{
    public static TheoryData<string, int> Streams => new()
    {
        { "ascending", 100_000 }, { "descending", 100_000 }, { "random", 300_000 }, { "normal", 100_000 },
        { "lognormal", 100_000 }, { "few", 100_000 }, { "zoomIn", 50_000 }, { "random", 401 }, { "random", 399 }, { "random", 1 },
    };

    [Theory]
    [MemberData(nameof(Streams))]
    public void Ranks_stay_within_the_stated_bound(string shape, int count)
    {
        double[] stream = Stream(shape, count);
        var sketch = new QuantileSketch();
        foreach (double value in stream)
            sketch.Add(value);

        AssertRanks(stream, sketch);
        Assert.InRange(sketch.Kept, 1, 4 * QuantileSketch.DefaultK);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(1000)]
    public void Merged_sketches_rank_within_the_stated_bound_left_to_right_and_as_a_tree(int parts)
    {
        double[] stream = Stream("lognormal", 200_000);
        QuantileSketch[] Pieces() => [.. stream.Chunk(stream.Length / parts + 1).Select(Sketch)];

        var left = new QuantileSketch();
        foreach (QuantileSketch piece in Pieces())
            left.Merge(piece);
        QuantileSketch[] tree = Pieces();
        for (int step = 1; step < tree.Length; step *= 2)
        {
            for (int i = 0; i + step < tree.Length; i += 2 * step)
                tree[i].Merge(tree[i + step]);
        }

        AssertRanks(stream, left);
        AssertRanks(stream, tree[0]);
    }

    [Fact]
    public void Up_to_K_values_every_quantile_is_exact()
    {
        double[] stream = Stream("random", 399);
        QuantileSketch sketch = Sketch(stream);
        double[] sorted = [.. stream.Order()];

        Assert.Equal(0, sketch.RankError);
        Assert.Equal(sorted[199], sketch.Quantile(0.5));
        Assert.Equal(sorted[0], sketch.Quantile(0));
        Assert.Equal(sorted[^1], sketch.Quantile(1));
        Assert.Equal(200.0 / 399, sketch.Cdf(sorted[199]));
    }

    [Fact]
    public void Empty_sketch_knows_nothing_and_NaN_is_refused()
    {
        var sketch = new QuantileSketch();

        Assert.True(double.IsNaN(sketch.Quantile(0.5)));
        Assert.True(double.IsNaN(sketch.Cdf(1)));
        Assert.Throws<ArgumentException>(() => sketch.Add(double.NaN));
    }

    [Fact]
    public void Infinities_are_ordered_as_numbers_are()
    {
        QuantileSketch sketch = Sketch([double.PositiveInfinity, 1, double.NegativeInfinity]);

        Assert.Equal(1, sketch.Quantile(0.5));
        Assert.Equal(double.NegativeInfinity, sketch.Min);
        Assert.Equal(double.PositiveInfinity, sketch.Max);
    }

    [Fact]
    public void Sketches_survive_storage()
    {
        QuantileSketch sketch = Sketch(Stream("normal", 10_000));
        QuantileSketch copy = QuantileSketch.From(sketch.State);
        sketch.Add(3);
        copy.Add(3);

        Assert.Equivalent(sketch.State, copy.State, strict: true);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1024)]
    public void Few_distinct_values_are_counted_exactly(int distinct)
    {
        DistinctSketch sketch = Distinct(0, distinct);
        sketch.Merge(Distinct(0, distinct));

        Assert.True(sketch.IsExact);
        Assert.Equal(distinct, sketch.Estimate());
    }

    [Theory]
    [InlineData(1025)]
    [InlineData(5_000)]
    [InlineData(40_000)]
    [InlineData(1_000_000)]
    public void Many_distinct_values_are_estimated_within_four_standard_errors(int distinct)
    {
        DistinctSketch sketch = Distinct(0, distinct);

        Assert.False(sketch.IsExact);
        Assert.InRange(sketch.Estimate(), distinct * (1 - 4 * sketch.StandardError), distinct * (1 + 4 * sketch.StandardError));
    }

    [Fact]
    public void Merging_distinct_sketches_is_associative_commutative_and_idempotent()
    {
        (int From, int To)[] parts = [(0, 900), (600, 1500), (100, 100), (5_000, 9_000)];
        DistinctSketch whole = Distinct(0, 1500);
        whole.Merge(Distinct(5_000, 9_000));

        foreach (int[] order in new int[][] { [0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2], [0, 0, 1, 1, 2, 3, 3] })
        {
            var merged = new DistinctSketch();
            foreach (int part in order)
                merged.Merge(Distinct(parts[part].From, parts[part].To));
            Assert.Equivalent(whole.State, merged.State, strict: true);
        }
        var right = new DistinctSketch();
        right.Merge(Distinct(600, 1500));
        right.Merge(Distinct(5_000, 9_000));
        DistinctSketch nested = Distinct(0, 900);
        nested.Merge(right);
        Assert.Equivalent(whole.State, DistinctSketch.From(nested.State).State, strict: true);
    }

    [Theory]
    [InlineData(1, 50_000, 200)]
    [InlineData(2, 50_000, 20_000)]
    [InlineData(3, 50_000, 1_000_000)]
    public void Frequent_values_keep_their_error_bound_however_the_stream_is_cut(int seed, int count, int distinct)
    {
        var random = new Random(seed);
        int[] stream = [.. Enumerable.Range(0, count).Select(_ => (int)(distinct * Math.Pow(random.NextDouble(), 4)))];
        Dictionary<int, long> truth = stream.GroupBy(v => v).ToDictionary(g => g.Key, g => g.LongCount());
        FrequentValues[] pieces = [.. stream.Chunk(count / 7).Select(chunk => { var f = new FrequentValues(); foreach (int v in chunk) f.Add(v); return f; })];
        var merged = new FrequentValues();
        foreach (FrequentValues piece in pieces)
            merged.Merge(piece);

        Assert.Equal(count, merged.Total);
        Assert.InRange(merged.Error, 0, count / (FrequentValues.DefaultCounters + 1));
        Dictionary<int, long> listed = merged.Values().ToDictionary(v => (int)v.Number, v => v.Count);
        Assert.All(truth, t => Assert.InRange(listed.GetValueOrDefault(t.Key), t.Value - merged.Error, t.Value));
        Assert.Equal(distinct <= FrequentValues.DefaultCounters, merged.IsExact);
    }

    [Fact]
    public void Frequent_texts_are_kept_as_texts_and_long_ones_by_their_beginning()
    {
        var values = new FrequentValues(4);
        string longText = new string('é', 200);
        for (int i = 0; i < 1000; i++)
        {
            foreach (string text in new[] { "a", longText, i % 10 == 0 ? "b" : $"rare {i}" })
                values.Add(Encoding.UTF8.GetBytes(text), ValueHash.Of(Encoding.UTF8.GetBytes(text)));
        }
        IReadOnlyList<FrequentValue> listed = FrequentValues.From(values.State).Values();

        Assert.Equal(["a", new string('é', 64)], listed.Take(2).Select(v => v.Text).Order());
        Assert.All(listed.Take(2), v => Assert.InRange(v.Count, 1000 - values.Error, 1000));
    }

    [Fact]
    public void Zero_and_minus_zero_are_one_value()
    {
        var values = new FrequentValues();
        values.Add(0.0);
        values.Add(-0.0);

        Assert.Equal(2, Assert.Single(values.Values()).Count);
        Assert.Equal(ValueHash.Of(0.0), ValueHash.Of(-0.0));
    }

    private static void AssertRanks(double[] stream, QuantileSketch sketch)
    {
        double[] sorted = [.. stream.Order()];
        Assert.Equal(stream.Length, sketch.Count);
        double worst = 0;
        for (int percent = 1; percent < 100; percent++)
        {
            double quantile = sketch.Quantile(percent / 100.0);
            double low = sorted.Count(v => v < quantile), high = sorted.Count(v => v <= quantile), asked = percent / 100.0 * sorted.Length;
            worst = Math.Max(worst, Math.Max(low - asked, asked - high) / sorted.Length);
            double value = sorted[sorted.Length * percent / 100];
            worst = Math.Max(worst, Math.Abs(sketch.Cdf(value) - (double)sorted.Count(v => v <= value) / sorted.Length));
        }
        Assert.InRange(worst, 0, sketch.RankError + 1.0 / stream.Length);
    }

    private static QuantileSketch Sketch(double[] values)
    {
        var sketch = new QuantileSketch();
        foreach (double value in values)
            sketch.Add(value);
        return sketch;
    }

    private static DistinctSketch Distinct(int from, int to)
    {
        var sketch = new DistinctSketch();
        for (int i = from; i < to; i++)
            sketch.Add(ValueHash.Of(i));
        return sketch;
    }

    private static double[] Stream(string shape, int count)
    {
        var random = new Random(count);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return [.. Enumerable.Range(0, count).Select(i => shape switch
        {
            "ascending" => i,
            "descending" => -i,
            "normal" => Normal(),
            "lognormal" => Math.Exp(3 * Normal()),
            "few" => random.Next(5),
            "zoomIn" => i % 2 == 0 ? i : 2.0 * count - i,
            _ => random.NextDouble(),
        })];
    }
}
