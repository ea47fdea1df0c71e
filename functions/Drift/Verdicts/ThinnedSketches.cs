using System.Numerics;
using Tidemark.Drift.Statistics;

namespace Tidemark.Drift.Verdicts;

/// <summary>
/// The error of any statistic of sketches, from what one compaction more does to it: every second value of each weight goes, the others count
/// twice. How much noise that adds to ranks is known, and so how much more the sketch has gone through before.
/// </summary>
internal static class ThinnedSketches
{
    private const int Draws = 12, Seed = 20261121;

    /// <summary>Deviations within which 99 of 100 errors lie, found by simulation.</summary>
    private const double Deviations = 3;

    public static double Spread(TestChoice choice, ColumnPair pair, Func<TestResult, double> figure)
    {
        double whole = figure(choice.Measure(pair));
        return Deviations * Math.Sqrt(
            Squares(pair.Reference, s => figure(choice.Measure(new ColumnPair(s, pair.Current))) - whole)
            + Squares(pair.Current, s => figure(choice.Measure(new ColumnPair(pair.Reference, s))) - whole));
    }

    /// <summary>Mean square of what thinning changes, times the noise that is in the sketch over the noise that thinning adds.</summary>
    private static double Squares(ColumnSample sample, Func<ColumnSample, double> change)
    {
        if (!sample.Sketched)
            return 0;
        var random = new Random(Seed);
        double sum = 0, added = sample.Weights.Distinct().Sum(w => (double)w * w / 2), noise = sample.RankDeviation * sample.Count;
        for (int draw = 0; draw < Draws; draw++)
        {
            double by = change(Thinned(sample, random.NextInt64(), random.NextInt64()));
            sum += by * by;
        }
        return sum / Draws * Math.Max(1, noise * noise / added);
    }

    /// <param name="sample">A sketch's values.</param>
    /// <param name="coins">A bit a weight: which of two neighbours stays.</param>
    /// <param name="phases">A bit a weight: whether the first value has no neighbour.</param>
    private static ColumnSample Thinned(ColumnSample sample, long coins, long phases)
    {
        Span<bool> waits = stackalloc bool[64];
        for (int level = 0; level < 64; level++)
            waits[level] = (phases >> level & 1) == 1;
        Span<int> first = stackalloc int[64];
        first.Fill(-1);
        long[] weights = new long[sample.Weights.Length];
        for (int i = 0; i < weights.Length; i++)
        {
            int level = BitOperations.Log2((ulong)sample.Weights[i]);
            if (waits[level])
            {
                waits[level] = false;
                weights[i] = sample.Weights[i];
            }
            else if (first[level] < 0)
            {
                first[level] = i;
            }
            else
            {
                weights[(coins >> level & 1) == 1 ? i : first[level]] = 2 * sample.Weights[i];
                first[level] = -1;
            }
        }
        foreach (int left in first)
        {
            if (left >= 0)
                weights[left] = sample.Weights[left];
        }
        return sample.Weighing(weights);
    }
}
