using Tidemark.Drift.Statistics;

namespace Tidemark.Drift.Verdicts;

/// <summary>NannyML's threshold of a distance: mean + 3 standard deviations (divided by n) of the distances of chunks of the reference to all of it.</summary>
public static class ChunkThreshold
{
    private const double Deviations = 3;

    /// <summary>A distance drifts when it is larger, so the threshold that it has to reach is the next number.</summary>
    public static double Of(IReadOnlyList<double> distances)
    {
        double mean = distances.Average();
        return Math.BitIncrement(mean + Deviations * Math.Sqrt(distances.Average(d => (d - mean) * (d - mean))));
    }

    /// <summary>Jensen-Shannon distances of the chunks to the reference that they are parts of.</summary>
    public static double OfJensenShannon(ColumnSample reference, IEnumerable<ColumnSample> chunks) =>
        Of([.. chunks.Where(c => c.Count > 0).Select(c => JensenShannonOf(new ColumnPair(reference, c)))]);

    public static double JensenShannonOf(ColumnPair pair)
    {
        CountPair counts = pair.BinnedByReference();
        return JensenShannon.Distance(counts.Reference, counts.Current);
    }
}
