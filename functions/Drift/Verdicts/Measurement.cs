using Tidemark.Drift.Statistics;

namespace Tidemark.Drift.Verdicts;

/// <summary>Runs a test on a pair of columns.</summary>
public static class Measurement
{
    /// <summary>Statistic and, for tests that have one, p-value (NaN for distances).</summary>
    public static TestResult Of(DriftTest test, ColumnPair pair) => test switch
    {
        DriftTest.KolmogorovSmirnov => KolmogorovSmirnov.Test(pair.Difference.Largest, pair.Reference.Count, pair.Current.Count),
        DriftTest.ChiSquare => ChiSquare.GoodnessOfFit(pair.ByValue.Current, Expected(pair.ByValue)),
        DriftTest.GTest => GTest.GoodnessOfFit(pair.ByValue.Current, Expected(pair.ByValue)),
        DriftTest.ProportionsZ => Proportions(pair.ByValue),
        DriftTest.FisherExact => Fisher(pair.ByValue),
        DriftTest.AndersonDarling => AndersonDarling.Test(pair.Tied),
        DriftTest.CramerVonMises => CramerVonMises.Test(pair.Tied),
        DriftTest.MannWhitney => MannWhitney.Test(pair.Tied),
        DriftTest.EppsSingleton => EppsSingleton.Test(pair.Tied),
        DriftTest.StudentT => Means(pair.Reference, pair.Current),
        DriftTest.Wasserstein => Distance(pair.Difference.Area),
        DriftTest.WassersteinNormed => Distance(Wasserstein.Normed(pair.Difference.Area, Deviation(pair.Reference))),
        DriftTest.Energy => Distance(EnergyDistance.Distance(pair.Difference)),
        _ => Distance(OfShares(test, pair.Binned)),
    };

    /// <summary>Distances between shares.</summary>
    public static double OfShares(DriftTest test, CountPair counts) => test switch
    {
        DriftTest.JensenShannon => JensenShannon.Distance(counts.Reference, counts.Current),
        DriftTest.Hellinger => Hellinger.Distance(counts.Reference, counts.Current),
        DriftTest.TotalVariation => TotalVariation.Distance(counts.Reference, counts.Current),
        DriftTest.LInfinity => LInfinity.Distance(counts.Reference, counts.Current),
        DriftTest.PopulationStability => PopulationStability.Index(Filled(counts.Reference), Filled(counts.Current)),
        DriftTest.KullbackLeibler => KullbackLeibler.Divergence(Filled(counts.Reference), Filled(counts.Current)),
        _ => throw new ArgumentOutOfRangeException(nameof(test), test, "Not a distance between shares."),
    };

    /// <summary>Share of probability that has moved, 0 to 1: the largest difference of distribution functions, or total variation of categories.</summary>
    public static double Effect(DriftTest test, ColumnPair pair) => pair.Numeric && !test.NeedsCategories()
        ? pair.Difference.Largest
        : TotalVariation.Distance(pair.ByValue.Reference, pair.ByValue.Current);

    /// <summary>Standard deviation, divided by n.</summary>
    public static double Deviation(ColumnSample sample) => Math.Sqrt(sample.Moments.M2 / sample.Moments.Count);

    private static TestResult Distance(double value) => new(value, double.NaN);

    private static double[] Filled(double[] counts) => Shares.WithoutZeros(Shares.Of(counts));

    /// <summary>The reference scaled to the size of the current side, as Evidently has it.</summary>
    private static double[] Expected(CountPair counts)
    {
        double scale = counts.Current.Sum() / counts.Reference.Sum();
        return [.. counts.Reference.Select(c => c * scale)];
    }

    private static TestResult Proportions(CountPair counts) =>
        ProportionsZ.Test(counts.Reference.Skip(1).Sum(), counts.Reference.Sum(), counts.Current.Skip(1).Sum(), counts.Current.Sum());

    private static TestResult Fisher(CountPair counts) => FisherExact.Test(
        (long)counts.Current.Skip(1).Sum(), (long)counts.Current[0], (long)counts.Reference.Skip(1).Sum(), (long)counts.Reference[0]);

    private static TestResult Means(ColumnSample reference, ColumnSample current) => StudentT.Test(
        reference.Moments.Mean, reference.Moments.M2, reference.Count, current.Moments.Mean, current.Moments.M2, current.Count);
}
