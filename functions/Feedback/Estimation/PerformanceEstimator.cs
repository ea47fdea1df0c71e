using Tidemark.Platform.Errors;

namespace Tidemark.Feedback.Estimation;

/// <summary>What is expected of a metric: how it wanders, and between which values it stayed on reference data.</summary>
/// <param name="Error">Sampling error.</param>
/// <param name="Lower">Mean minus three standard deviations over the reference chunks, at least 0.</param>
/// <param name="Upper">Mean plus three standard deviations, at most 1.</param>
public sealed record MetricExpectation(SamplingError Error, double Lower, double Upper);

/// <summary>A metric estimated for a chunk of rows without labels.</summary>
/// <param name="Estimate">The estimate; null when the rows do not define it.</param>
/// <param name="SamplingError">Its standard error from the size of the chunk.</param>
/// <param name="LowerConfidence">Estimate minus three sampling errors, at least 0.</param>
/// <param name="UpperConfidence">Estimate plus three sampling errors, at most 1.</param>
/// <param name="LowerThreshold">Below it the estimate is an alert.</param>
/// <param name="UpperThreshold">Above it the estimate is an alert.</param>
/// <param name="Alert">Whether it is.</param>
public sealed record MetricEstimate(
    double? Estimate, double? SamplingError, double? LowerConfidence, double? UpperConfidence, double LowerThreshold, double UpperThreshold, bool Alert);

/// <summary>
/// Confidence-based performance estimation (CBPE) for two classes as NannyML does it: fitted on rows with labels, it estimates metrics of rows without.
/// It sees what the inputs do to the scores, not what changes the meaning of the scores (concept drift): that is what the gap to the truth shows.
/// </summary>
/// <param name="Calibration">From scores to probabilities; null when the scores are probabilities already.</param>
/// <param name="Metrics">By name, those that the reference defines.</param>
public sealed record PerformanceEstimator(IsotonicCalibration? Calibration, IReadOnlyDictionary<string, MetricExpectation> Metrics)
{
    private const int Deviations = 3;

    /// <param name="reference">Rows with labels: both classes at least twice.</param>
    /// <param name="chunkSize">Rows of a chunk; the last chunk may have less.</param>
    /// <param name="calibration">Whether to calibrate.</param>
    public static Outcome<PerformanceEstimator> Fit(ScoredRows reference, int chunkSize, CalibrationChoice calibration)
    {
        int[] labels = reference.Labels!;
        int positives = labels.Sum();
        if (positives < 2 || labels.Length - positives < 2)
            return new Failure(
                FailureKind.Unprocessable, "Reference too small", $"The reference has {positives} positive and {labels.Length - positives} negative labels; each class is needed at least twice.");
        bool calibrate = calibration switch
        {
            CalibrationChoice.Isotonic => true,
            CalibrationChoice.None => false,
            _ => CalibrationNeed.Judge(reference.Scores, labels),
        };
        var metrics = new Dictionary<string, MetricExpectation>(StringComparer.Ordinal);
        foreach (string metric in EstimatedMetric.Names)
        {
            if (Expect(metric, reference, chunkSize) is { } expectation)
                metrics[metric] = expectation;
        }

        return new PerformanceEstimator(calibrate ? IsotonicCalibration.Fit(reference.Scores, labels) : null, metrics);
    }

    /// <summary>The metric estimated for the rows as one chunk; null when the reference did not define it.</summary>
    public MetricEstimate? Estimate(string metric, ScoredRows rows)
    {
        if (!Metrics.TryGetValue(metric, out MetricExpectation? expected))
            return null;
        double[] probabilities = Calibration?.Apply(rows.Scores) ?? rows.Scores;
        double estimate = EstimatedMetric.Of(metric, rows.Scores, probabilities, rows.Predictions);
        if (!double.IsFinite(estimate))
            return new(null, null, null, null, expected.Lower, expected.Upper, Alert: false);
        double error = expected.Error.For(rows.Count);
        return new(
            estimate, error, Math.Max(0, estimate - (Deviations * error)), Math.Min(1, estimate + (Deviations * error)), expected.Lower, expected.Upper,
            estimate < expected.Lower || estimate > expected.Upper);
    }

    /// <summary>Null when no chunk, or too few rows, define the metric.</summary>
    private static MetricExpectation? Expect(string metric, ScoredRows reference, int chunkSize)
    {
        double[] realized = [.. reference.Chunks(chunkSize).Select(c => EstimatedMetric.Realized(metric, c.Scores, c.Predictions, c.Labels!)).Where(double.IsFinite)];
        if (realized.Length == 0 || !double.IsFinite(EstimatedMetric.Realized(metric, reference.Scores, reference.Predictions, reference.Labels!)))
            return null;
        double mean = realized.Average();
        double deviation = Math.Sqrt(realized.Average(value => (value - mean) * (value - mean)));
        var error = SamplingError.Learn(metric, reference.Scores, reference.Predictions, reference.Labels!);
        return new(error, Math.Max(0, mean - (Deviations * deviation)), Math.Min(1, mean + (Deviations * deviation)));
    }
}

/// <summary>Whether scores are calibrated before metrics are estimated from them.</summary>
public enum CalibrationChoice
{
    /// <summary>When it makes them better probabilities, as NannyML does.</summary>
    Auto,
    Isotonic,
    None,
}

/// <summary>Rows of a model of two classes.</summary>
/// <param name="Scores">Score of the positive class.</param>
/// <param name="Predictions">0 or 1.</param>
/// <param name="Labels">0 or 1; null: not known.</param>
public sealed record ScoredRows(double[] Scores, int[] Predictions, int[]? Labels)
{
    public int Count => Scores.Length;

    /// <summary>Consecutive chunks; the last may be smaller.</summary>
    public IEnumerable<ScoredRows> Chunks(int size)
    {
        for (int from = 0; from < Count; from += size)
        {
            Range rows = from..Math.Min(Count, from + size);
            yield return new(Scores[rows], Predictions[rows], Labels?[rows]);
        }
    }
}
