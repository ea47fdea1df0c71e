namespace Tidemark.Drift.Verdicts;

/// <summary>Correction for many tests at once: Benjamini and Hochberg, "Controlling the False Discovery Rate" (JRSS B 57, 1995), as scipy's false_discovery_control does.</summary>
public static class FalseDiscovery
{
    /// <summary>Adjusted p-values in the order given; NaN stays NaN and does not count.</summary>
    public static double[] Adjust(IReadOnlyList<double> pValues)
    {
        double[] adjusted = [.. pValues];
        int[] order = [.. Enumerable.Range(0, adjusted.Length).Where(i => !double.IsNaN(pValues[i])).OrderByDescending(i => pValues[i])];
        double least = 1;
        for (int i = 0; i < order.Length; i++)
            adjusted[order[i]] = least = Math.Min(least, pValues[order[i]] * order.Length / (order.Length - i));
        return adjusted;
    }
}
