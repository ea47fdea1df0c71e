using Tidemark.Drift.Statistics;

namespace Tidemark.Drift.Verdicts;

/// <summary>
/// How far a statistic of profiles may lie from that of the rows; holds for 99 of 100 columns (<c>ProfileErrorTests</c>). What sketches do to the
/// distribution functions is known (<see cref="SketchNoise"/>); from there by the triangle inequality, since these distances are metrics or,
/// like the largest difference, no larger than what moved. Other statistics are taken again of sketches thinned once more
/// (<see cref="ThinnedSketches"/>).
/// </summary>
internal static class MeasurementError
{
    // Deviations within which 99 of 100 errors lie, found by simulation: more for the largest of many differences than for sums of them.
    private const double Largest = 2.4, LargestBin = 1.9, Area = 1.1, Bins = 1.2, Triangle = 0.55;

    /// <summary>What categories that a sketch has lost may add to a divergence, in grains.</summary>
    private const double Lost = 3;

    /// <summary>Null where nothing bounds it.</summary>
    public static double? Of(TestChoice choice, ColumnPair pair)
    {
        if (choice.Test == DriftTest.StudentT)
            return 0; // of moments, which are exact
        if (!pair.Numeric)
            return OfCategories(choice.Test, pair.Reference.Unlisted, pair.Current.Unlisted);
        SketchNoise Noise() => SketchNoise.Of(pair);
        return choice.Test switch
        {
            DriftTest.KolmogorovSmirnov => Largest * double.Hypot(pair.Reference.RankDeviation, pair.Current.RankDeviation),
            DriftTest.Wasserstein => Area * Noise().Area,
            DriftTest.WassersteinNormed => Area * Noise().Area / Math.Max(Measurement.Deviation(pair.Reference), Wasserstein.LeastScale),
            DriftTest.Energy => Area * Math.Sqrt(2 * Noise().SquaredArea),
            DriftTest.JensenShannon or DriftTest.Hellinger => Triangle * SketchNoise.Triangular(pair, choice.Shares ?? pair.Binned),
            DriftTest.TotalVariation => Bins * SketchNoise.OfBins(pair, pair.Binned).Sum() / 2,
            DriftTest.LInfinity => LargestBin * SketchNoise.OfBins(pair, pair.Binned).Max(),
            DriftTest.PopulationStability or DriftTest.KullbackLeibler =>
                Lost * (pair.Reference.Grain + pair.Current.Grain) + ThinnedSketches.Spread(choice, pair, result => result.Statistic),
            _ => ThinnedSketches.Spread(choice, pair, result => result.Statistic),
        };
    }

    /// <summary>Whether the verdict is the same anywhere within the error.</summary>
    public static bool Settled(TestChoice choice, ColumnPair pair, TestResult result, double? error)
    {
        if (error is not { } most)
            return false;
        if (!choice.Test.HasPValue())
            return Math.Abs(result.Statistic - choice.Threshold) > most;
        if (most == 0)
            return true;
        if (choice.Test != DriftTest.KolmogorovSmirnov)
            return Math.Abs(Log(result.PValue) - Log(choice.Threshold)) > ThinnedSketches.Spread(choice, pair, r => Log(r.PValue));
        double At(double statistic) => KolmogorovSmirnov.Test(Math.Clamp(statistic, 0, 1), pair.Reference.Count, pair.Current.Count).PValue;
        return (At(result.Statistic - most) < choice.Threshold) == (At(result.Statistic + most) < choice.Threshold);
    }

    private static double Log(double p) => Math.Log(Math.Max(p, 1e-300));

    /// <summary>
    /// Categories that are counted together have moved a share u of the probability, so total variation is off by at most u a side, and the other two
    /// metrics, neither more than the root of it, by at most the root of u.
    /// </summary>
    private static double? OfCategories(DriftTest test, double reference, double current) => test switch
    {
        DriftTest.JensenShannon or DriftTest.Hellinger => Math.Sqrt(reference) + Math.Sqrt(current),
        DriftTest.TotalVariation or DriftTest.LInfinity => reference + current,
        _ => null,
    };
}
