namespace Tidemark.Feedback.Metrics;

/// <summary>
/// Area under the ROC curve with the interval of E. R. DeLong et al., "Comparing the areas under two or more correlated receiver operating
/// characteristic curves", Biometrics 44 (1988).
/// </summary>
internal static class RocAuc
{
    private const string OneClass = "the labels are all of one class";

    public static MetricValue Of(RankOrder order, Func<int, bool> isPositive, EvaluationOptions options)
    {
        (int m, int n) = (order.Positives, order.Negatives);
        if (m == 0 || n == 0)
            return MetricValue.Undefined(OneClass);
        double[] placements = order.Placements();
        double area = Enumerable.Range(0, placements.Length).Where(isPositive).Sum(i => placements[i]) / m;
        (double positives, double negatives) = (0, 0);
        for (int i = 0; i < placements.Length; i++)
        {
            double squared = (placements[i] - area) * (placements[i] - area);
            if (isPositive(i))
                positives += squared;
            else
                negatives += squared;
        }

        double variance = (m > 1 ? positives / (m - 1) / m : 0) + (n > 1 ? negatives / (n - 1) / n : 0);
        return Interval(area, variance, Math.Min(m, n), options);
    }

    /// <summary>
    /// Mean of the areas of each class against the rest, each alike or each by its rows, with the interval from the rows' influence on it (for two
    /// classes DeLong's).
    /// </summary>
    /// <param name="labels">True class of each row.</param>
    /// <param name="scores">Per row the probability of each class.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="weighted">True: by the classes' rows.</param>
    /// <param name="options">Confidence.</param>
    public static MetricValue OneVersusRest(int[] labels, double[][] scores, int classes, bool weighted, EvaluationOptions options)
    {
        int[] rows = [.. Enumerable.Range(0, classes).Select(c => labels.Count(label => label == c))];
        int[] present = [.. Enumerable.Range(0, classes).Where(c => rows[c] > 0)];
        if (present.Length < 2)
            return MetricValue.Undefined(OneClass);
        double total = weighted ? present.Sum(c => rows[c]) : present.Length;
        double[] influence = new double[labels.Length];
        double area = 0;
        foreach (int c in present)
        {
            double[] ofClass = Array.ConvertAll(scores, row => row[c]);
            double[] placements = new RankOrder(ofClass, i => labels[i] == c).Placements();
            double own = Enumerable.Range(0, labels.Length).Where(i => labels[i] == c).Sum(i => placements[i]) / rows[c];
            double weight = (weighted ? rows[c] : 1) / total;
            area += weight * own;
            for (int i = 0; i < labels.Length; i++)
                influence[i] += weight * (placements[i] - own) / (labels[i] == c ? rows[c] : labels.Length - rows[c]);
        }

        return Interval(area, influence.Sum(x => x * x), present.Min(c => rows[c]), options);
    }

    /// <summary>Where no row is out of place the variance is 0, yet certainty is not: then a proportion of the rarer class's rows (Wilson).</summary>
    private static MetricValue Interval(double area, double variance, int rarer, EvaluationOptions options)
    {
        if (variance <= 0)
            return Intervals.Wilson(area * rarer, rarer, options.Confidence, OneClass);
        double half = Intervals.Quantile(options.Confidence) * Math.Sqrt(variance);
        return new(area, Math.Max(0, area - half), Math.Min(1, area + half), "delong");
    }
}
