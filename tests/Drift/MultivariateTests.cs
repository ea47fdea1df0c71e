using Tidemark.Drift.Multivariate;
using Tidemark.Drift.Verdicts;
using Tidemark.Platform.Tabular;
using Xunit;

namespace Tidemark.Tests.Drift;

public sealed class MultivariateTests
{
    [Fact]
    public void Changed_dependence_is_seen_though_every_column_looks_as_before()
    {
        (Table before, Table now) = (Rows(1, 0.9), Rows(2, -0.9));

        Assert.DoesNotContain(DriftComparison.Compare(before, now, DriftPolicy.Default).Columns, c => c.Drifted);
        MultivariateVerdict verdict = MultivariateDrift.Compare(before, now)!;
        Assert.True(verdict.ReconstructionDrifted, $"{verdict}");
        Assert.True(verdict.ClassifierDrifted, $"{verdict}");
        Assert.InRange(verdict.ClassifierArea, 0.8, 1);
    }

    [Fact]
    public void Undrifted_rows_cannot_be_told_apart()
    {
        for (ulong seed = 10; seed < 40; seed += 2)
        {
            MultivariateVerdict verdict = MultivariateDrift.Compare(Rows(seed, 0.9), Rows(seed + 1, 0.9))!;
            Assert.False(verdict.ClassifierDrifted, $"{verdict}");
            Assert.InRange(verdict.ClassifierArea, 0.4, 0.6);
        }
    }

    /// <summary>Two bells that lean on each other, and one by itself.</summary>
    private static Table Rows(ulong seed, double dependence)
    {
        const int Count = 600;
        double[] x = ReferenceSamples.Draw("bell", 10 * seed, Count), y = ReferenceSamples.Draw("bell", 10 * seed + 1, Count), z = ReferenceSamples.Draw("bell", 10 * seed + 2, Count);
        return DriftTables.Of(("x", i => x[i], Count), ("y", i => dependence * x[i] + Math.Sqrt(1 - dependence * dependence) * y[i], Count), ("z", i => z[i], Count));
    }
}
