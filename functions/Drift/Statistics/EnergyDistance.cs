namespace Tidemark.Drift.Statistics;

/// <summary>Energy distance, the root of twice the squared area between the distribution functions (Székely and Rizzo 2013), as scipy.stats.energy_distance gives it.</summary>
public static class EnergyDistance
{
    /// <summary>In the root of the unit of the values.</summary>
    /// <param name="x">Finite, ascending, not empty.</param>
    /// <param name="y">Finite, ascending, not empty.</param>
    public static double Distance(ReadOnlySpan<double> x, ReadOnlySpan<double> y) => Distance(CdfDifference.Of(x, y));

    public static double Distance(CdfDifference difference) => Math.Sqrt(2 * difference.SquaredArea);
}
