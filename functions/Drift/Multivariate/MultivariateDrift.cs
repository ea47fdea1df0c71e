using Tidemark.Drift.Statistics;
using Tidemark.Drift.Verdicts;
using Tidemark.Platform.Tabular;

namespace Tidemark.Drift.Multivariate;

/// <summary>Looks at all numeric columns together.</summary>
public static class MultivariateDrift
{
    /// <summary>Area of the domain classifier from which its verdict is drift.</summary>
    public const double AreaThreshold = 0.55;

    private const double Level = 0.001;
    private const int LeastRows = 50;

    /// <summary>Null where fewer than two numeric columns vary or a side has fewer than 50 rows.</summary>
    public static MultivariateVerdict? Compare(Table reference, Table current)
    {
        var matrix = new FeatureMatrix(reference);
        if (matrix.Width < 2 || Math.Min(reference.Rows, current.Rows) < LeastRows)
            return null;
        var (before, now) = (matrix.Of(reference), matrix.Of(current));
        var components = new PcaReconstruction(before);
        double error = components.Error(now);
        TestResult told = DomainClassifier.Test(before, now);
        return new(error, components.Lower, components.Upper, error < components.Lower || error > components.Upper, told.Statistic, told.PValue, AreaThreshold, told.Statistic >= AreaThreshold && told.PValue < Level);
    }
}
