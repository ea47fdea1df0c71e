namespace Tidemark.Trainer.Linear;

/// <summary>
/// How a number goes into a linear model: missing is the median, the raw value is held to eight standard deviations (so that infinities
/// meet no zero scale), then standardised. Found in training rows; float32 throughout, as in the graph.
/// </summary>
internal sealed record NumberScale(float Median, float Low, float High, float Mean, float InverseDeviation, bool Flag, float[] Knots)
{
    private const float Reach = 8;
    private const int FewestPieces = 3, MostPieces = 12, RowsPerPiece = 30;

    /// <param name="cells">Training cells.</param>
    /// <param name="piecewise">Whether to place <see cref="Knots"/> at quantiles.</param>
    public static NumberScale Fit(ReadOnlySpan<float> cells, bool piecewise)
    {
        float[] finite = [.. cells.ToArray().Where(float.IsFinite)];
        Array.Sort(finite);
        bool missing = cells.ToArray().Any(float.IsNaN);
        if (finite.Length == 0) return new(0, 0, 0, 0, 0, missing, []);
        float median = Quantile(finite, 0.5);
        double mean = 0, squares = 0;
        foreach (float cell in cells) mean += (float.IsFinite(cell) ? cell : median) / (double)cells.Length;
        foreach (float cell in cells) squares += Math.Pow((float.IsFinite(cell) ? cell : median) - mean, 2);
        double deviation = Math.Sqrt(squares / cells.Length);
        bool constant = deviation <= 1e-12 * Math.Max(1, Math.Abs(mean));
        float scale = constant ? 0 : (float)(1 / deviation), reach = constant ? 0 : (float)(Reach * deviation);
        var fitted = new NumberScale(median, (float)mean - reach, (float)mean + reach, (float)mean, scale, missing, []);
        return piecewise && !constant ? fitted with { Knots = fitted.KnotsOf(finite) } : fitted;
    }

    /// <summary>The standardised value.</summary>
    public float Of(float cell)
    {
        float held = MathF.Min(MathF.Max(float.IsNaN(cell) ? Median : cell, Low), High);
        return (held - Mean) * InverseDeviation;
    }

    /// <summary>Which piece a standardised value is in, and how far into it (0 to 1; pieces before it are full, pieces after it empty).</summary>
    public (byte Piece, float Into) PieceOf(float standardised)
    {
        int piece = 0;
        while (piece < Knots.Length - 2 && standardised >= Knots[piece + 1]) piece++;
        return ((byte)piece, Math.Clamp((standardised - Knots[piece]) * (1 / (Knots[piece + 1] - Knots[piece])), 0, 1));
    }

    private float[] KnotsOf(float[] sorted)
    {
        int pieces = Math.Clamp(sorted.Length / RowsPerPiece, FewestPieces, MostPieces);
        float[] knots = [.. Enumerable.Range(0, pieces + 1).Select(k => Of(Quantile(sorted, k / (double)pieces))).Distinct()];
        return knots.Length < 3 ? [] : knots;
    }

    private static float Quantile(float[] sorted, double share)
    {
        double at = share * (sorted.Length - 1);
        int low = (int)at;
        return low + 1 < sorted.Length ? (float)(sorted[low] + ((at - low) * ((double)sorted[low + 1] - sorted[low]))) : sorted[low];
    }
}
