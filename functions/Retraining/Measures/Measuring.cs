namespace Tidemark.Retraining.Measures;

/// <summary>Computes <see cref="MeasureSet"/>s, as docs/training-contract.md defines them.</summary>
public static class Measuring
{
    private const int CalibrationBins = 15;

    /// <summary>-log of the probability given to the true class, clipped at 1e-12.</summary>
    public static double LogLoss(double probability) => -Math.Log(Math.Clamp(probability, 1e-12, 1));

    /// <summary>The class that a model answers: by the threshold where there are two, else the most probable, the first of equals.</summary>
    public static int Answer(ReadOnlySpan<double> probabilities, double threshold)
    {
        if (probabilities.Length == 2) return probabilities[1] >= threshold ? 1 : 0;
        int best = 0;
        for (int c = 1; c < probabilities.Length; c++)
        {
            if (probabilities[c] > probabilities[best]) best = c;
        }

        return best;
    }

    /// <param name="truth">Class per row.</param>
    /// <param name="probabilities">[rows, classes], row-major.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="threshold">From which probability on the class 1 of two is answered.</param>
    public static MeasureSet Classification(ReadOnlySpan<int> truth, ReadOnlySpan<double> probabilities, int classes, double threshold)
    {
        int rows = truth.Length;
        int[][] confusion = [.. Enumerable.Range(0, classes).Select(_ => new int[classes])];
        double loss = 0, brier = 0;
        double[] confidence = new double[rows];
        bool[] hit = new bool[rows];
        for (int row = 0; row < rows; row++)
        {
            var p = probabilities.Slice(row * classes, classes);
            int answer = Answer(p, threshold);
            confusion[truth[row]][answer]++;
            loss += LogLoss(p[truth[row]]);
            for (int c = classes == 2 ? 1 : 0; c < classes; c++) brier += Square(p[c] - (truth[row] == c ? 1 : 0));
            (confidence[row], hit[row]) = classes == 2 ? (p[1], truth[row] == 1) : (p[answer], truth[row] == answer);
        }

        (double precision, double recall, double f1) = Averages(confusion);
        (double? roc, double? pr) = Areas(truth, probabilities, classes);
        return new()
        {
            Rows = rows,
            Accuracy = Enumerable.Range(0, classes).Sum(c => confusion[c][c]) / (double)rows,
            Precision = precision,
            Recall = recall,
            F1 = f1,
            RocAuc = roc,
            PrAuc = pr,
            LogLoss = loss / rows,
            Brier = brier / rows,
            CalibrationError = CalibrationError(confidence, hit),
            PositiveRate = classes == 2 ? confusion[1].Sum() / (double)rows : null,
            SelectionRate = classes == 2 ? (confusion[0][1] + confusion[1][1]) / (double)rows : null,
            Confusion = confusion,
        };
    }

    public static MeasureSet Regression(ReadOnlySpan<double> truth, ReadOnlySpan<double> predictions)
    {
        double squares = 0, absolutes = 0, bias = 0, mean = 0, spread = 0;
        foreach (double y in truth) mean += y / truth.Length;
        for (int row = 0; row < truth.Length; row++)
        {
            double error = predictions[row] - truth[row];
            (squares, absolutes, bias, spread) = (squares + (error * error), absolutes + Math.Abs(error), bias + error, spread + Square(truth[row] - mean));
        }

        int rows = truth.Length;
        return new() { Rows = rows, Rmse = Math.Sqrt(squares / rows), Mae = absolutes / rows, R2 = spread > 0 ? 1 - (squares / spread) : null, Bias = bias / rows };
    }

    /// <summary>Expected calibration error: |mean confidence - share of hits| over bins of equal width, weighted by their rows.</summary>
    internal static double CalibrationError(double[] confidence, bool[] hit)
    {
        Span<double> sums = stackalloc double[CalibrationBins];
        foreach (var (p, h) in confidence.Zip(hit)) sums[Math.Clamp((int)(p * CalibrationBins), 0, CalibrationBins - 1)] += p - (h ? 1 : 0);
        double error = 0;
        foreach (double sum in sums) error += Math.Abs(sum);
        return error / confidence.Length;
    }

    /// <summary>Of the positive class of two, or macro means.</summary>
    internal static (double Precision, double Recall, double F1) Averages(int[][] confusion)
    {
        int first = confusion.Length == 2 ? 1 : 0, count = confusion.Length - first;
        double precision = 0, recall = 0, f1 = 0;
        for (int c = first; c < confusion.Length; c++)
        {
            double hits = confusion[c][c], answered = confusion.Sum(row => row[c]), true_ = confusion[c].Sum();
            precision += (answered > 0 ? hits / answered : 0) / count;
            recall += (true_ > 0 ? hits / true_ : 0) / count;
            f1 += (answered + true_ > 0 ? 2 * hits / (answered + true_) : 0) / count;
        }

        return (precision, recall, f1);
    }

    private static (double? Roc, double? Pr) Areas(ReadOnlySpan<int> truth, ReadOnlySpan<double> probabilities, int classes)
    {
        List<double> roc = [], pr = [];
        double[] scores = new double[truth.Length];
        bool[] positive = new bool[truth.Length];
        for (int c = classes == 2 ? 1 : 0; c < classes; c++)
        {
            for (int row = 0; row < scores.Length; row++) (scores[row], positive[row]) = (probabilities[(row * classes) + c], truth[row] == c);
            if (Ranking.RocAuc(positive, scores) is { } area) roc.Add(area);
            if (Ranking.AveragePrecision(positive, scores) is { } precision) pr.Add(precision);
        }

        return (roc.Count > 0 ? roc.Average() : null, pr.Count > 0 ? pr.Average() : null);
    }

    private static double Square(double x) => x * x;
}
