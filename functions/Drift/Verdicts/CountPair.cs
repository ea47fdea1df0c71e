using Tidemark.Drift.Statistics;

namespace Tidemark.Drift.Verdicts;

/// <summary>Counts of the same categories or bins on both sides; those that neither side has are left out.</summary>
public sealed record CountPair
{
    public CountPair(double[] reference, double[] current, string[]? names = null)
    {
        int[] there = [.. Enumerable.Range(0, reference.Length).Where(i => reference[i] + current[i] > 0)];
        Reference = [.. there.Select(i => reference[i])];
        Current = [.. there.Select(i => current[i])];
        Names = names is null ? [] : [.. there.Select(i => names[i])];
    }

    public CountPair(TiedValues tied)
        : this([.. tied.LeftCounts.Select(c => (double)c)], [.. tied.RightCounts.Select(c => (double)c)])
    {
    }

    public CountPair(IReadOnlyDictionary<string, long> reference, IReadOnlyDictionary<string, long> current)
        : this(Ordered(reference, current), reference, current)
    {
    }

    private CountPair(string[] names, IReadOnlyDictionary<string, long> reference, IReadOnlyDictionary<string, long> current)
        : this([.. names.Select(n => (double)reference.GetValueOrDefault(n))], [.. names.Select(n => (double)current.GetValueOrDefault(n))], names)
    {
    }

    public double[] Reference { get; }

    public double[] Current { get; }

    /// <summary>Of categories; empty for numbers and bins.</summary>
    public string[] Names { get; }

    public int Size => Reference.Length;

    /// <summary>All that the reference has not, as one.</summary>
    public CountPair UnseenTogether()
    {
        double unseen = Enumerable.Range(0, Size).Where(i => Reference[i] == 0).Sum(i => Current[i]);
        int[] seen = [.. Enumerable.Range(0, Size).Where(i => Reference[i] > 0)];
        return new([.. seen.Select(i => Reference[i]), 0], [.. seen.Select(i => Current[i]), unseen]);
    }

    /// <summary>What is in no bin, as one more.</summary>
    public CountPair WithRest(long reference, long current) =>
        new([.. Reference, Math.Max(0, reference - Reference.Sum())], [.. Current, Math.Max(0, current - Current.Sum())]);

    private static string[] Ordered(IReadOnlyDictionary<string, long> reference, IReadOnlyDictionary<string, long> current) =>
        [.. reference.Keys.Union(current.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
