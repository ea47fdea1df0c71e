namespace Tidemark.Feedback.Metrics;

/// <summary>Metrics of numbers against numbers.</summary>
public static class RegressionQuality
{
    /// <param name="labels">What happened, finite.</param>
    /// <param name="predictions">What was predicted, finite, as long as the labels.</param>
    /// <param name="options">Confidence.</param>
    public static QualityReport Evaluate(double[] labels, double[] predictions, EvaluationOptions options)
    {
        double[] errors = [.. labels.Zip(predictions, (label, prediction) => label - prediction)];
        MetricValue mse = Intervals.Mean([.. errors.Select(e => e * e)], options.Confidence);
        int zeros = labels.Count(label => label == 0);
        return new(labels.Length, new Dictionary<string, MetricValue>(StringComparer.Ordinal)
        {
            [MetricNames.Mse] = mse,
            [MetricNames.Rmse] = mse.Through(Math.Sqrt),
            [MetricNames.Mae] = Intervals.Mean([.. errors.Select(Math.Abs)], options.Confidence),
            [MetricNames.Mape] = zeros == 0
                ? Intervals.Mean([.. errors.Zip(labels, (error, label) => Math.Abs(error / label))], options.Confidence)
                : MetricValue.Undefined($"{zeros} labels are 0, and errors cannot be told as shares of them"),
            [MetricNames.R2] = labels.Distinct().Take(2).Count() < 2
                ? MetricValue.Undefined("the labels are all the same")
                : Bootstrap.Rows(R2(labels, errors, null), labels.Length, options, weights => R2(labels, errors, weights)),
        });
    }

    /// <summary>Coefficient of determination of rows that count <paramref name="weights"/> times (null: once); NaN when the labels do not vary.</summary>
    private static double R2(double[] labels, double[] errors, int[]? weights)
    {
        (double n, double mean, double varied, double missed) = (0, 0, 0, 0);
        for (int i = 0; i < labels.Length; i++)
        {
            int weight = weights?[i] ?? 1;
            if (weight == 0)
                continue;
            n += weight;
            double apart = labels[i] - mean;
            mean += weight * apart / n;
            varied += weight * apart * (labels[i] - mean);
            missed += weight * errors[i] * errors[i];
        }

        return varied > 0 ? 1 - (missed / varied) : double.NaN;
    }
}
