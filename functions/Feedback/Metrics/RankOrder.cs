namespace Tidemark.Feedback.Metrics;

/// <summary>Rows in the order of falling scores, with their labels; equal scores stand together.</summary>
internal sealed class RankOrder
{
    private readonly int[] rows;
    private readonly bool[] positive;

    /// <summary>Per place: true where the next place has another score.</summary>
    private readonly bool[] ends;

    public RankOrder(ReadOnlySpan<double> scores, Func<int, bool> isPositive)
    {
        rows = [.. Enumerable.Range(0, scores.Length)];
        double[] keys = new double[scores.Length];
        for (int i = 0; i < keys.Length; i++)
            keys[i] = -scores[i];
        Array.Sort(keys, rows);
        positive = Array.ConvertAll(rows, row => isPositive(row));
        ends = new bool[keys.Length];
        for (int i = 0; i < keys.Length; i++)
            ends[i] = i + 1 == keys.Length || keys[i + 1] != keys[i];
    }

    public int Positives => positive.Count(p => p);

    public int Negatives => positive.Length - Positives;

    /// <summary>
    /// Average precision, the area under the precision-recall curve by steps (scikit-learn's <c>average_precision_score</c>), of rows that count
    /// <paramref name="weights"/> times (null: once). NaN without positives.
    /// </summary>
    public double AveragePrecision(int[]? weights = null)
    {
        (double hits, double all, double area, double before) = (0, 0, 0, 0);
        for (int i = 0; i < rows.Length; i++)
        {
            int weight = weights?[rows[i]] ?? 1;
            all += weight;
            if (positive[i])
                hits += weight;
            if (!ends[i] || hits == before)
                continue;
            area += (hits - before) * hits / all;
            before = hits;
        }

        return area / hits;
    }

    /// <summary>
    /// Per row its placement: for a positive the share of negatives with a lower score, for a negative the share of positives with a higher one, ties
    /// counting half. The mean of either is the area under the ROC curve.
    /// </summary>
    public double[] Placements()
    {
        (double m, double n) = (Positives, Negatives);
        double[] placements = new double[rows.Length];
        (int from, double positivesAbove, double negativesAbove) = (0, 0, 0);
        for (int i = 0; i < rows.Length; i++)
        {
            if (!ends[i])
                continue;
            double positivesHere = positive.AsSpan(from..(i + 1)).Count(true);
            double negativesHere = i + 1 - from - positivesHere;
            for (int k = from; k <= i; k++)
                placements[rows[k]] = positive[k] ? (n - negativesAbove - (negativesHere / 2)) / n : (positivesAbove + (positivesHere / 2)) / m;
            (from, positivesAbove, negativesAbove) = (i + 1, positivesAbove + positivesHere, negativesAbove + negativesHere);
        }

        return placements;
    }
}
