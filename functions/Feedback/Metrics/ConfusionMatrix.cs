namespace Tidemark.Feedback.Metrics;

/// <summary>How often each true class (row) was predicted as each class (column).</summary>
public sealed class ConfusionMatrix
{
    private readonly long[,] counts;

    public ConfusionMatrix(ReadOnlySpan<int> labels, ReadOnlySpan<int> predictions, int classes)
    {
        counts = new long[classes, classes];
        for (int i = 0; i < labels.Length; i++)
            counts[labels[i], predictions[i]]++;
        Total = labels.Length;
    }

    private ConfusionMatrix(long[,] counts)
    {
        this.counts = counts;
        foreach (long count in counts)
            Total += count;
    }

    public int Classes => counts.GetLength(0);

    public long Total { get; }

    public long this[int label, int prediction] => counts[label, prediction];

    public long Correct => Enumerable.Range(0, Classes).Sum(c => counts[c, c]);

    /// <summary>Rows of true class <paramref name="label"/>.</summary>
    public long Support(int label) => Enumerable.Range(0, Classes).Sum(c => counts[label, c]);

    /// <summary>Rows predicted as class <paramref name="prediction"/>.</summary>
    public long Predicted(int prediction) => Enumerable.Range(0, Classes).Sum(c => counts[c, prediction]);

    public long[][] Rows() => [.. Enumerable.Range(0, Classes).Select(i => Enumerable.Range(0, Classes).Select(j => counts[i, j]).ToArray())];

    /// <summary>Mean over the classes that occur, each alike or each by its rows; a class never predicted counts as 0, as scikit-learn has it.</summary>
    public double Average(Func<ConfusionMatrix, int, double> ofClass, bool weighted)
    {
        (double sum, double weights) = (0, 0);
        for (int c = 0; c < Classes; c++)
        {
            long support = Support(c);
            if (support == 0 && Predicted(c) == 0)
                continue;
            double weight = weighted ? support : 1;
            sum += weight * ofClass(this, c);
            weights += weight;
        }

        return sum / weights;
    }

    /// <summary>The average with the interval of a bootstrap of the cells.</summary>
    public MetricValue Averaged(Func<ConfusionMatrix, int, double> ofClass, bool weighted, EvaluationOptions options) =>
        Bootstrap.Counts(Average(ofClass, weighted), counts, options, drawn => new ConfusionMatrix(drawn).Average(ofClass, weighted));

    public static double Precision(ConfusionMatrix matrix, int c) => Share(matrix[c, c], matrix.Predicted(c));

    public static double Recall(ConfusionMatrix matrix, int c) => Share(matrix[c, c], matrix.Support(c));

    public static double F1(ConfusionMatrix matrix, int c) => Share(2 * matrix[c, c], matrix.Support(c) + matrix.Predicted(c));

    private static double Share(long part, long whole) => whole == 0 ? 0 : (double)part / whole;
}
