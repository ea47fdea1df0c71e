namespace Tidemark.Feedback.Estimation;

/// <summary>
/// A rising step-and-slope function from scores to probabilities: isotonic regression by pooling adjacent violators (R. E. Barlow et al., "Statistical
/// inference under order restrictions", 1972), straight lines between the points and constant outside, as scikit-learn's with <c>clip</c>.
/// </summary>
/// <param name="Scores">Rising.</param>
/// <param name="Probabilities">Never falling, one per score.</param>
public sealed record IsotonicCalibration(double[] Scores, double[] Probabilities)
{
    /// <param name="scores">At least one, finite.</param>
    /// <param name="labels">0 or 1 for each.</param>
    public static IsotonicCalibration Fit(ReadOnlySpan<double> scores, ReadOnlySpan<int> labels)
    {
        (double[] x, double[] y, double[] weight) = Distinct(scores, labels);
        Pool(y, weight);
        var kept = Enumerable.Range(0, x.Length).Where(i => i == 0 || i == x.Length - 1 || y[i] != y[i - 1] || y[i] != y[i + 1]).ToList();
        return new([.. kept.Select(i => x[i])], [.. kept.Select(i => y[i])]);
    }

    public double[] Apply(ReadOnlySpan<double> scores)
    {
        double[] probabilities = new double[scores.Length];
        for (int i = 0; i < scores.Length; i++)
            probabilities[i] = Apply(scores[i]);
        return probabilities;
    }

    private double Apply(double score)
    {
        int at = Array.BinarySearch(Scores, score);
        if (at >= 0)
            return Probabilities[at];
        int above = ~at;
        if (above == 0)
            return Probabilities[0];
        if (above == Scores.Length)
            return Probabilities[^1];
        double share = (score - Scores[above - 1]) / (Scores[above] - Scores[above - 1]);
        return Probabilities[above - 1] + (share * (Probabilities[above] - Probabilities[above - 1]));
    }

    /// <summary>Scores that differ, rising, with the mean label and the number of their rows.</summary>
    private static (double[] X, double[] Y, double[] Weight) Distinct(ReadOnlySpan<double> scores, ReadOnlySpan<int> labels)
    {
        (double[] x, int[] y) = (scores.ToArray(), labels.ToArray());
        Array.Sort(x, y);
        double[] means = new double[x.Length];
        double[] weights = new double[x.Length];
        int last = -1;
        for (int i = 0; i < x.Length; i++)
        {
            if (last < 0 || x[i] != x[last])
                (x[++last], means[last], weights[last]) = (x[i], 0, 0);
            weights[last]++;
            means[last] += (y[i] - means[last]) / weights[last];
        }

        return (x[..(last + 1)], means[..(last + 1)], weights[..(last + 1)]);
    }

    private static void Pool(double[] y, double[] weight)
    {
        int[] starts = new int[y.Length];
        (double[] means, double[] weights, int blocks) = (new double[y.Length], new double[y.Length], 0);
        for (int i = 0; i < y.Length; i++)
        {
            (starts[blocks], means[blocks], weights[blocks]) = (i, y[i], weight[i]);
            for (blocks++; blocks > 1 && means[blocks - 2] >= means[blocks - 1]; blocks--)
            {
                double together = weights[blocks - 2] + weights[blocks - 1];
                means[blocks - 2] = ((means[blocks - 2] * weights[blocks - 2]) + (means[blocks - 1] * weights[blocks - 1])) / together;
                weights[blocks - 2] = together;
            }
        }

        for (int block = 0; block < blocks; block++)
            y.AsSpan(starts[block]..(block + 1 < blocks ? starts[block + 1] : y.Length)).Fill(means[block]);
    }
}
