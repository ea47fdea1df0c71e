namespace Tidemark.Feedback.Metrics;

/// <param name="Confidence">Share of intervals that hold the truth. 0.95.</param>
/// <param name="Bins">Bins of equal width for the calibration error. 10.</param>
/// <param name="Seed">Seed of bootstraps: the same data gives the same intervals.</param>
/// <param name="Costs">Cost of each true class (row) predicted as each class (column); null: no cost is reported.</param>
public sealed record EvaluationOptions(double Confidence = 0.95, int Bins = 10, int Seed = 1, double[][]? Costs = null)
{
    public static EvaluationOptions Default { get; } = new();
}
