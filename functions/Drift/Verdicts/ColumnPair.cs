using Tidemark.Drift.Statistics;

namespace Tidemark.Drift.Verdicts;

/// <summary>A column of the reference beside the same column now. What several tests need is made once.</summary>
public sealed class ColumnPair(ColumnSample reference, ColumnSample current)
{
    /// <summary>A numeric column of at most so many distinct values in the reference is compared value by value, not in bins (Evidently's rule).</summary>
    public const int FewValues = 20;

    private CdfDifference? difference;
    private TiedValues? tied;
    private CountPair? values;
    private CountPair? binned;

    public ColumnSample Reference { get; } = reference;

    public ColumnSample Current { get; } = current;

    public bool Numeric => Reference.Numeric;

    public bool Exact => !Reference.Sketched && !Current.Sketched && Reference.Unlisted + Current.Unlisted == 0;

    /// <summary>1/n + 1/m: what variances of differences are proportional to.</summary>
    public double Scarcity => 1.0 / Reference.Count + 1.0 / Current.Count;

    public CdfDifference Difference => difference ??= Reference.Weights.Length + Current.Weights.Length == 0
        ? CdfDifference.Of(Reference.Values, Current.Values)
        : CdfDifference.Of(Tied);

    public TiedValues Tied => tied ??= TiedValues.Of(Reference.Values, Reference.Weights, Current.Values, Current.Weights);

    /// <summary>Counts by category, or by value of numbers.</summary>
    public CountPair ByValue => values ??= Numeric ? new CountPair(Tied) : new CountPair(Reference.Categories, Current.Categories);

    /// <summary>Counts in what Evidently compares: categories, values of numbers of which there are few, else bins by Sturges over both samples.</summary>
    public CountPair Binned => binned ??= !Numeric || Few(FewValues) ? ByValue : InBins(HistogramEdges.Sturges(Low, High, Reference.Count + Current.Count));

    /// <summary>
    /// Counts in what NannyML compares: values seen in the reference (of numbers where there are at most 50 and at most a tenth of the rows),
    /// else bins by Doane of the reference; all that is outside makes one more.
    /// </summary>
    public CountPair BinnedByReference()
    {
        if (!Numeric || !(Distinct([Reference], 51) > 50 || Distinct([Reference], int.MaxValue) > 0.1 * Reference.Count))
            return ByValue.UnseenTogether();
        ColumnSample sample = Reference;
        double skewness = Math.Sqrt(sample.Moments.Count) * sample.Moments.M3 / Math.Pow(sample.Moments.M2, 1.5);
        return InBins(HistogramEdges.Doane(sample.Least, sample.Greatest, sample.Count, skewness)).WithRest(Reference.Count, Current.Count);
    }

    /// <summary>The pair with missing values as a category, where it is one of categories.</summary>
    public ColumnPair WithMissing() => new(Reference.WithMissing(), Current.WithMissing());

    /// <summary>Number of distinct values on both sides together, counted up to the limit.</summary>
    public int DistinctUpTo(int limit) => Numeric
        ? Distinct([Reference, Current], limit)
        : Math.Min(limit, Reference.Categories.Keys.Union(Current.Categories.Keys, StringComparer.Ordinal).Count());

    private double Low => Math.Min(Reference.Least, Current.Least);

    private double High => Math.Max(Reference.Greatest, Current.Greatest);

    private bool Few(int limit) => Distinct([Reference], limit + 1) <= limit;

    private CountPair InBins(double[] edges) => new(Count(Reference, edges), Count(Current, edges));

    private static double[] Count(ColumnSample sample, double[] edges)
    {
        if (sample.Weights.Length == 0)
            return HistogramEdges.Count(sample.Values, edges);
        double[] counts = new double[edges.Length - 1];
        for (int i = 0, bin = 0; i < sample.Values.Length; i++)
        {
            double value = sample.Values[i];
            while (bin < counts.Length - 1 && value >= edges[bin + 1])
                bin++;
            if (value >= edges[0] && value <= edges[^1])
                counts[bin] += sample.Weights[i];
        }
        return counts;
    }

    /// <summary>Jumps from value to value by binary search, so that few distinct ones among millions are found at once.</summary>
    private static int Distinct(ReadOnlySpan<ColumnSample> samples, int limit)
    {
        foreach (ColumnSample sample in samples)
        {
            if (sample.Sketched)
                return limit;
        }
        int distinct = 0;
        double last = double.NegativeInfinity;
        while (distinct < limit)
        {
            double next = double.PositiveInfinity;
            foreach (ColumnSample sample in samples)
            {
                int place = Above(sample.Values, last);
                next = place < sample.Values.Length ? Math.Min(next, sample.Values[place]) : next;
            }
            if (double.IsPositiveInfinity(next))
                break;
            last = next;
            distinct++;
        }
        return distinct;
    }

    private static int Above(double[] values, double limit)
    {
        int low = 0, high = values.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (values[middle] <= limit)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
