namespace Tidemark.Feedback.Metrics;

/// <summary>Losses whose mean over the rows is the metric.</summary>
internal static class Losses
{
    /// <summary>Probabilities are kept this far from 0 and 1, as scikit-learn keeps them: the double's machine epsilon.</summary>
    private const double Epsilon = 2.220446049250313e-16;

    /// <summary>Minus the logarithm of the probability that was given to what happened.</summary>
    public static double Log(double score, int label)
    {
        double clipped = Math.Clamp(score, Epsilon, 1 - Epsilon);
        return -Math.Log(label == 1 ? clipped : 1 - clipped);
    }

    /// <inheritdoc cref="Log(double, int)"/>
    public static double Log(double[] scores, int label)
    {
        double sum = 0;
        foreach (double score in scores)
            sum += Math.Clamp(score, Epsilon, 1 - Epsilon);
        return -Math.Log(Math.Clamp(scores[label], Epsilon, 1 - Epsilon) / sum);
    }

    /// <summary>G. W. Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78 (1950), for two classes.</summary>
    public static double Brier(double score, int label) => (score - label) * (score - label);

    /// <summary>Cost of each row by a matrix of true (row) and predicted (column) classes.</summary>
    public static double[] Costs(ReadOnlySpan<int> labels, ReadOnlySpan<int> predictions, double[][] costs)
    {
        double[] losses = new double[labels.Length];
        for (int i = 0; i < losses.Length; i++)
            losses[i] = costs[labels[i]][predictions[i]];
        return losses;
    }
}
