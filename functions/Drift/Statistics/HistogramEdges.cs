namespace Tidemark.Drift.Statistics;

/// <summary>Edges of bins of equal width, as numpy.histogram_bin_edges chooses them, to the last bit.</summary>
public static class HistogramEdges
{
    /// <summary>log2 n + 1 bins (Sturges 1926).</summary>
    /// <param name="low">Smallest value.</param>
    /// <param name="high">Largest value.</param>
    /// <param name="n">Number of values.</param>
    public static double[] Sturges(double low, double high, double n) => Equal(low, high, (high - low) / (Math.Log2(n) + 1));

    /// <summary>More bins the more skewed the values are (Doane 1976).</summary>
    /// <param name="skewness">Third central moment over the cube of the standard deviation, both divided by n; NaN where all values are equal.</param>
    public static double[] Doane(double low, double high, double n, double skewness)
    {
        double error = Math.Sqrt(6 * (n - 2) / ((n + 1) * (n + 3)));
        bool skewed = n > 2 && double.IsFinite(skewness);
        return Equal(low, high, skewed ? (high - low) / (1 + Math.Log2(n) + Math.Log2(1 + Math.Abs(skewness) / error)) : 0);
    }

    private static double[] Equal(double low, double high, double width)
    {
        int bins = width > 0 ? (int)Math.Ceiling((high - low) / width) : 1;
        if (low == high)
            (low, high) = (low - 0.5, high + 0.5);
        double step = (high - low) / bins;
        double[] edges = new double[bins + 1];
        for (int i = 0; i < bins; i++)
            edges[i] = i * step + low;
        edges[bins] = high;
        return edges;
    }

    /// <summary>Counts of ascending values in the bins, each without its upper edge but the last, as numpy.histogram counts. Values outside are left out.</summary>
    public static double[] Count(ReadOnlySpan<double> ascending, ReadOnlySpan<double> edges)
    {
        double[] counts = new double[edges.Length - 1];
        int below = Before(ascending, edges[0]);
        for (int bin = 0; bin < counts.Length; bin++)
        {
            int next = bin + 1 == counts.Length ? Before(ascending, Math.BitIncrement(edges[^1])) : Before(ascending, edges[bin + 1]);
            counts[bin] = next - below;
            below = next;
        }
        return counts;
    }

    /// <summary>Number of values less than the limit.</summary>
    private static int Before(ReadOnlySpan<double> ascending, double limit)
    {
        int low = 0, high = ascending.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (ascending[middle] < limit)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
