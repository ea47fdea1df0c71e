namespace Tidemark.Drift.Statistics;

/// <summary>First Wasserstein distance, the area between the distribution functions (Vallender 1974), as scipy.stats.wasserstein_distance gives it.</summary>
public static class Wasserstein
{
    /// <summary>What <see cref="Normed"/> divides by at least.</summary>
    public const double LeastScale = 0.001;

    /// <summary>In the unit of the values.</summary>
    /// <param name="x">Finite, ascending, not empty.</param>
    /// <param name="y">Finite, ascending, not empty.</param>
    public static double Distance(ReadOnlySpan<double> x, ReadOnlySpan<double> y) => CdfDifference.Of(x, y).Area;

    /// <summary>In standard deviations of the reference (population formula, at least 0.001), as Evidently has it.</summary>
    /// <param name="distance"><see cref="Distance"/>.</param>
    /// <param name="deviation">Standard deviation of the reference, divided by n.</param>
    public static double Normed(double distance, double deviation) => distance / Math.Max(deviation, LeastScale);
}
