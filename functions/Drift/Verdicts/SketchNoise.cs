using Tidemark.Drift.Statistics;

namespace Tidemark.Drift.Verdicts;

/// <summary>What the sketches of a pair of columns do to the difference of their distribution functions, in standard deviations.</summary>
/// <param name="Area">Integral of the deviation, in the unit of the values.</param>
/// <param name="SquaredArea">Integral of the variance.</param>
internal readonly record struct SketchNoise(double Area, double SquaredArea)
{
    public static SketchNoise Of(ColumnPair pair)
    {
        (TiedValues tied, ColumnSample before, ColumnSample now) = (pair.Tied, pair.Reference, pair.Current);
        double area = 0, squares = 0, last = Math.Min(before.Least, now.Least), left = 0, right = 0;
        for (int i = 0; i <= tied.Values.Length; i++)
        {
            double value = i < tied.Values.Length ? tied.Values[i] : Math.Max(before.Greatest, now.Greatest);
            double variance = Variance(before, left / tied.Left) + Variance(now, right / tied.Right), step = Math.Max(0, value - last);
            area += step * Math.Sqrt(variance);
            squares += step * variance;
            last = value;
            if (i < tied.Values.Length)
                (left, right) = (left + tied.LeftCounts[i], right + tied.RightCounts[i]);
        }
        return new(area, squares);
    }

    /// <summary>Deviations of the difference of shares, bin by bin.</summary>
    public static double[] OfBins(ColumnPair pair, CountPair bins)
    {
        double n = bins.Reference.Sum(), m = bins.Current.Sum();
        return [.. bins.Reference.Zip(bins.Current, (x, y) => Math.Sqrt(OfBin(pair.Reference, x / n) + OfBin(pair.Current, y / m)))];
    }

    /// <summary>
    /// Root of half the triangular discrimination sum (p - q)² / (p + q) that a sketch puts between its shares and the true ones, both sides together:
    /// Jensen-Shannon's distance to base 2 and Hellinger's are at most that (Topsoe, "Some Inequalities for Information Divergence", 2000).
    /// </summary>
    public static double Triangular(ColumnPair pair, CountPair bins) => Triangular(pair.Reference, bins.Reference) + Triangular(pair.Current, bins.Current);

    private static double Triangular(ColumnSample sample, double[] counts)
    {
        if (!sample.Sketched)
            return 0;
        double all = counts.Sum(), sum = sample.Grain;
        foreach (double count in counts)
        {
            double share = count / all, variance = OfBin(sample, share);
            sum += share == 0 ? 0 : Math.Min(variance / share, Math.Sqrt(variance));
        }
        return Math.Sqrt(sum / 2);
    }

    /// <summary>Variance of a rank: in the middle that of all compactions, towards the ends that of a few grains, of which each is there or not.</summary>
    private static double Variance(ColumnSample sample, double rank) => !sample.Sketched ? 0
        : Math.Min(sample.RankDeviation * sample.RankDeviation, sample.Grain * (sample.Grain + Math.Min(rank, 1 - rank)));

    private static double OfBin(ColumnSample sample, double share) => !sample.Sketched ? 0
        : Math.Min(2 * sample.RankDeviation * sample.RankDeviation, sample.Grain * (sample.Grain + Math.Min(share, 1 - share)));
}
