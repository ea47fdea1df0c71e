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
/// Confidence-based performance estimation (CBPE) as NannyML does it: fitted on rows with labels, it estimates metrics of rows without. Of three and more
/// classes each is calibrated against the rest, the probabilities of a row are made to sum to 1, and metrics are means over the classes.
/// It sees what the inputs do to the scores, not what changes the meaning of the scores (concept drift): that is what the gap to the truth shows.
/// </summary>
/// <param name="Calibrations">Per class (of two the positive one) from scores to probabilities; null where the scores are probabilities already.</param>
/// <param name="Metrics">By name, those that the reference defines.</param>
public sealed record PerformanceEstimator(IReadOnlyList<IsotonicCalibration?> Calibrations, IReadOnlyDictionary<string, MetricExpectation> Metrics)
{
    private const int Deviations = 3, FewestOfClass = 2;

    /// <summary>Number of classes that it was fitted on.</summary>
    public int Classes => Calibrations.Count == 1 ? 2 : Calibrations.Count;

    public bool Calibrates => Calibrations.Any(c => c is not null);

    /// <param name="reference">Rows with labels: two classes at least twice.</param>
    /// <param name="chunkSize">Rows of a chunk; the last chunk may have less.</param>
    /// <param name="calibration">Whether to calibrate.</param>
    public static Outcome<PerformanceEstimator> Fit(ScoredRows reference, int chunkSize, CalibrationChoice calibration)
    {
        int[] times = [.. Enumerable.Range(0, reference.Classes).Select(c => reference.Labels!.Count(label => label == c))];
        if (times.Count(n => n >= FewestOfClass) < 2)
            return new Failure(FailureKind.Unprocessable, "Reference too small", $"The reference has {Told(times)}; {(times.Length == 2 ? "each class" : "two classes or more")} must be there at least twice.");
        var metrics = new Dictionary<string, MetricExpectation>(StringComparer.Ordinal);
        foreach (string metric in EstimatedMetric.Names)
        {
            if (Expect(metric, reference, chunkSize) is { } expectation)
                metrics[metric] = expectation;
        }

        return new PerformanceEstimator([.. reference.Parts().Select(part => Calibrate(part, calibration))], metrics);
    }

    /// <summary>The metric estimated for the rows as one chunk; null when the reference did not define it.</summary>
    public MetricEstimate? Estimate(string metric, ScoredRows rows)
    {
        if (!Metrics.TryGetValue(metric, out MetricExpectation? expected))
            return null;
        double estimate = EstimatedMetric.Of(metric, rows, Probabilities(rows));
        if (!double.IsFinite(estimate))
            return new(null, null, null, null, expected.Lower, expected.Upper, Alert: false);
        double error = expected.Error.For(rows.Count);
        return new(
            estimate, error, Math.Max(0, estimate - (Deviations * error)), Math.Min(1, estimate + (Deviations * error)), expected.Lower, expected.Upper,
            estimate < expected.Lower || estimate > expected.Upper);
    }

    /// <summary>Per part the calibrated probabilities of its rows.</summary>
    private double[][] Probabilities(ScoredRows rows)
    {
        double[][] parts = [.. rows.Parts().Zip(Calibrations, (part, calibration) => calibration?.Apply(part.Scores) ?? [.. part.Scores])];
        for (int row = 0; parts.Length > 1 && row < rows.Count; row++)
        {
            double sum = parts.Sum(part => part[row]);
            foreach (double[] part in parts)
                part[row] = sum > 0 ? part[row] / sum : 1.0 / parts.Length;
        }

        return parts;
    }

    /// <summary>A class that hardly occurs has nothing to be calibrated on.</summary>
    private static IsotonicCalibration? Calibrate(ScoredRows part, CalibrationChoice calibration)
    {
        int positives = part.Labels!.Sum();
        bool calibrate = positives >= FewestOfClass && part.Count - positives >= FewestOfClass && calibration switch
        {
            CalibrationChoice.Isotonic => true,
            CalibrationChoice.None => false,
            _ => CalibrationNeed.Judge(part.Scores, part.Labels!),
        };
        return calibrate ? IsotonicCalibration.Fit(part.Scores, part.Labels!) : null;
    }

    /// <summary>Null when no chunk, or too few rows, define the metric.</summary>
    private static MetricExpectation? Expect(string metric, ScoredRows reference, int chunkSize)
    {
        double[] realized = [.. reference.Chunks(chunkSize).Select(c => EstimatedMetric.Realized(metric, c)).Where(double.IsFinite)];
        if (realized.Length == 0 || !double.IsFinite(EstimatedMetric.Realized(metric, reference)))
            return null;
        double mean = realized.Average();
        double deviation = Math.Sqrt(realized.Average(value => (value - mean) * (value - mean)));
        return new(SamplingError.Learn(metric, reference), Math.Max(0, mean - (Deviations * deviation)), Math.Min(1, mean + (Deviations * deviation)));
    }

    private static string Told(int[] times) => times.Length == 2
        ? $"{times[1]} positive and {times[0]} negative labels"
        : string.Join(", ", times) + " labels of its classes";
}

/// <summary>Whether scores are calibrated before metrics are estimated from them.</summary>
public enum CalibrationChoice
{
    /// <summary>When it makes them better probabilities, as NannyML does.</summary>
    Auto,
    Isotonic,
    None,
}
