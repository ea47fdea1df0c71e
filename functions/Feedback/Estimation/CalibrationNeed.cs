using Tidemark.Feedback.Metrics;

namespace Tidemark.Feedback.Estimation;

/// <summary>Whether scores become better probabilities by isotonic calibration, judged on rows held out, as NannyML judges it.</summary>
internal static class CalibrationNeed
{
    private const int Splits = 10, Bins = 10, Seed = 42;
    private const double TestShare = 0.1, Separated = 0.999;

    /// <summary>
    /// True when over ten stratified splits with a tenth held out the expected calibration error of the held-out rows is less after calibration than
    /// before; false for scores that part the classes (area under the ROC curve above 0.999).
    /// </summary>
    public static bool Judge(double[] scores, int[] labels)
    {
        if (RocAuc.Of(new RankOrder(scores, i => labels[i] == 1), i => labels[i] == 1, EvaluationOptions.Default).Value is not <= Separated)
            return false;
        var random = new Random(Seed);
        var held = new List<(double Raw, double Calibrated, int Label)>();
        for (int split = 0; split < Splits; split++)
        {
            bool[] test = HeldOut(labels, random);
            var calibration = IsotonicCalibration.Fit(Where(scores, test, false), Where(labels, test, false));
            double[] raw = Where(scores, test, true);
            held.AddRange(raw.Zip(calibration.Apply(raw), Where(labels, test, true)));
        }

        return Error(held.Select(row => (row.Raw, row.Label))) > Error(held.Select(row => (row.Calibrated, row.Label)));
    }

    private static bool[] HeldOut(int[] labels, Random random)
    {
        bool[] test = new bool[labels.Length];
        for (int label = 0; label <= 1; label++)
        {
            int[] rows = [.. Enumerable.Range(0, labels.Length).Where(i => labels[i] == label)];
            random.Shuffle(rows);
            foreach (int row in rows.Take((int)Math.Round(rows.Length * TestShare)))
                test[row] = true;
        }

        return test;
    }

    private static T[] Where<T>(T[] values, bool[] marked, bool mark) => [.. values.Where((_, i) => marked[i] == mark)];

    /// <summary>Expected calibration error in bins of equally many rows.</summary>
    private static double Error(IEnumerable<(double Score, int Label)> rows)
    {
        var sorted = rows.OrderBy(row => row.Score).ToList();
        if (sorted.Count == 0)
            return 0;
        int bins = Math.Max(1, Math.Min(Bins, sorted.Count / 2));
        double error = 0;
        for (int bin = 0; bin < bins; bin++)
        {
            int from = bin * (sorted.Count / bins);
            int to = bin == bins - 1 ? sorted.Count : from + (sorted.Count / bins);
            error += Math.Abs(sorted.Skip(from).Take(to - from).Sum(row => row.Score - row.Label));
        }

        return error / sorted.Count;
    }
}
