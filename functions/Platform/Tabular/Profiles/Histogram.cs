using Tidemark.Platform.Tabular.Sketches;

namespace Tidemark.Platform.Tabular.Profiles;

/// <summary>Counts of finite numbers in bins; the first bin holds its lower edge too, the others only their upper one.</summary>
/// <param name="Edges">One more than bins, ascending.</param>
/// <param name="Counts">Per bin, each off by at most twice the rank error of the sketch.</param>
public sealed record Histogram(double[] Edges, double[] Counts)
{
    /// <summary>Bins of equal width from the smallest to the largest number; none where there are no numbers.</summary>
    public static Histogram EqualWidth(QuantileSketch sketch, int bins)
    {
        if (sketch.Count == 0)
            return new([], []);
        double width = (sketch.Max - sketch.Min) / bins;
        double[] edges = width > 0 && double.IsFinite(width) ? [.. Enumerable.Range(0, bins).Select(i => sketch.Min + i * width), sketch.Max] : [sketch.Min, sketch.Max];
        return new(edges, [.. edges.Skip(1).Select((edge, i) => sketch.Count * (sketch.Cdf(edge) - (i == 0 ? 0 : sketch.Cdf(edges[i]))))]);
    }
}
