using Tidemark.Drift.Statistics;

namespace Tidemark.Drift.Verdicts;

/// <summary>Which test a column gets, and its result.</summary>
/// <param name="Test">The test.</param>
/// <param name="Threshold">A p-value below it, or a distance that reaches it, drifts.</param>
/// <param name="Shares">Counts that a distance between shares was taken of, where they are not <see cref="ColumnPair.Binned"/>.</param>
public sealed record TestChoice(DriftTest Test, double Threshold, CountPair? Shares = null)
{
    /// <summary>Up to so many rows of the reference Evidently takes tests, beyond it distances.</summary>
    private const long FewRows = 1000;

    private const int FewDistinct = 5;

    /// <summary>Null where the policy leaves the column out.</summary>
    /// <param name="ofChunks">NannyML's threshold, of parts of the reference column; null: they are too few.</param>
    public static TestChoice? For(string column, ColumnPair pair, DriftPolicy policy, Func<double?> ofChunks)
    {
        double? threshold = policy.Thresholds.TryGetValue(column, out double given) ? given : null;
        if (policy.Tests.TryGetValue(column, out DriftTest named))
            return Fitting(named, pair) is { } test ? new(test, threshold ?? test.UsualThreshold()) : null;
        switch (policy.Selection)
        {
            case TestSelection.Evidently:
                DriftTest usual = Evidently(pair);
                return new(usual, threshold ?? usual.UsualThreshold());
            case TestSelection.NannyMl:
                double least = threshold ?? ofChunks() ?? DriftTest.JensenShannon.UsualThreshold();
                return new(DriftTest.JensenShannon, least, pair.BinnedByReference());
            default:
                return null;
        }
    }

    public TestResult Measure(ColumnPair pair) => Shares is null ? Measurement.Of(Test, pair) : new(Measurement.OfShares(Test, Shares), double.NaN);

    public bool Crossed(TestResult result) => Test.HasPValue() ? result.PValue < Threshold : result.Statistic >= Threshold;

    /// <summary>How often an unchanged column reaches the value: the threshold itself for p-values.</summary>
    public double Rate(ColumnPair pair, double value) => Shares is null ? FalseAlarms.Rate(Test, pair, value) : FalseAlarms.OfShares(Test, Shares, pair.Scarcity, value);

    /// <summary>Evidently's default rules.</summary>
    public static DriftTest Evidently(ColumnPair pair)
    {
        int distinct = pair.DistinctUpTo(FewDistinct + 1);
        return (pair.Reference.Count <= FewRows, pair.Numeric && distinct > FewDistinct) switch
        {
            (true, true) => DriftTest.KolmogorovSmirnov,
            (true, false) => distinct > 2 ? DriftTest.ChiSquare : DriftTest.ProportionsZ,
            (false, true) => DriftTest.WassersteinNormed,
            (false, false) => DriftTest.JensenShannon,
        };
    }

    /// <summary>The test asked for, or null where the column's kind rules it out, or where values would be counted one by one that sketches don't keep.</summary>
    private static DriftTest? Fitting(DriftTest test, ColumnPair pair) =>
        (test.NeedsCategories() && (pair.Reference.Sketched || pair.Current.Sketched)) || (test.NeedsNumbers() && !pair.Numeric) || (test is DriftTest.ProportionsZ or DriftTest.FisherExact && pair.DistinctUpTo(3) > 2) ? null : test;
}
