using System.Text.Json.Nodes;

namespace Tidemark.Validation.Expectations;

/// <summary>
/// An expected distribution, Great Expectations' <c>partition_object</c>: weights of values (categorical) or of the intervals between
/// bins (continuous), with the weight below and above where given. Weights add up to 1.
/// </summary>
internal sealed class Partition
{
    private Partition(double[] weights) => Weights = weights;

    public double[] Weights { get; }

    /// <summary>Values of a categorical partition; null when it is continuous.</summary>
    public IReadOnlyList<object?>? Categories { get; private init; }

    /// <summary>Ascending edges, one more than weights; the first and last may be infinite.</summary>
    public double[] Bins { get; private init; } = [];

    /// <summary>Weights below the first and above the last edge, null when not given.</summary>
    public double[]? Tails { get; private init; }

    /// <summary>The partition of the argument; null when it is absent (no fault) or none (fault).</summary>
    public static Partition? Of(Arguments arguments)
    {
        JsonNode? node = arguments.Node("partition_object");
        if (node is null)
            return null;
        var inner = new Arguments("partition_object", node as JsonObject ?? []);
        double[]? weights = inner.Numbers("weights")?.ToArray(), bins = inner.Numbers("bins")?.ToArray(), tails = inner.Numbers("tail_weights")?.ToArray();
        IReadOnlyList<object?>? values = inner.List("values");
        bool adds = weights is not null && Math.Abs(weights.Sum() + (tails?.Sum() ?? 0) - 1) <= 1e-5 + 1e-8 && weights.All(w => w >= 0);
        bool categorical = adds && values?.Count == weights!.Length && tails is null;
        bool continuous = adds && bins?.Length == weights!.Length + 1 && Ascends(bins) && bins.Any(double.IsFinite) && tails is null or { Length: 2 };
        if (inner.Fault is null && categorical)
            return new Partition(weights!) { Categories = values };
        if (inner.Fault is null && continuous)
            return new Partition(weights!) { Bins = bins!, Tails = tails };
        arguments.Refuse(Fault.Value("Invalid partition object: it needs weights that add up to 1 with as many values, or with ascending bins, one more than weights."));
        return null;
    }

    /// <summary>
    /// The partition that a sample itself shows, in equal bins of a width chosen by Freedman and Diaconis (1981), or by Sturges (1926) where
    /// the quartiles coincide; null when the sample's range is not finite.
    /// </summary>
    public static Partition? OfSample(ReadOnlySpan<double> sorted)
    {
        double[] bins = AutoBins(sorted);
        if (!Ascends(bins) || !Array.TrueForAll(bins, double.IsFinite))
            return null;
        double total = Math.Max(1, sorted.Length);
        return new Partition(Array.ConvertAll(Histogram(sorted, bins), count => count / total)) { Bins = bins };
    }

    public static Partition OfCounts(IReadOnlyList<ValueCounts.Counted> counts, long total) =>
        new(counts.Select(counted => (double)counted.Count / total).ToArray()) { Categories = counts.Select(counted => (object?)counted.Value).ToList() };

    /// <summary>Counts per bin; a bin holds its lower edge, the last its upper too.</summary>
    public static long[] Histogram(ReadOnlySpan<double> sorted, double[] bins)
    {
        var counts = new long[bins.Length - 1];
        foreach (double value in sorted)
        {
            int bin = Array.BinarySearch(bins, value);
            bin = bin < 0 ? ~bin - 1 : Math.Min(bin, counts.Length - (bin == counts.Length ? 1 : 0));
            if (bin >= 0 && bin < counts.Length)
                counts[bin]++;
        }

        return counts;
    }

    private static bool Ascends(double[] bins)
    {
        for (int i = 1; i < bins.Length; i++)
        {
            if (!(bins[i] > bins[i - 1]))
                return false;
        }

        return bins.Length > 1;
    }

    private static double[] AutoBins(ReadOnlySpan<double> sorted)
    {
        if (sorted.Length == 0)
            return [0, 1];
        double low = sorted[0], high = sorted[^1];
        if (low == high)
            return [low - 0.5, high + 0.5];
        double spread = sorted[sorted.Length * 3 / 4] - sorted[sorted.Length / 4];
        double count = spread < 1e-10 ? Math.Ceiling(Math.Log2(sorted.Length) + 1) : Math.Ceiling((high - low) / (2 * spread / Math.Cbrt(sorted.Length)));
        var bins = new double[(int)Math.Clamp(count, 1, 10_000) + 1];
        for (int i = 0; i < bins.Length; i++)
            bins[i] = low + ((high - low) * i / (bins.Length - 1));
        bins[^1] = high;
        return bins;
    }
}
