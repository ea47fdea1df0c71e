using Tidemark.Feedback.Estimation;
using Tidemark.Platform.Errors;

namespace Tidemark.Feedback;

/// <summary>A chunk of rows: what is estimated of them, and what came true where labels were sent too.</summary>
/// <param name="Start">Index of the chunk's first row.</param>
/// <param name="N">Rows.</param>
/// <param name="Realized">The metric by the labels; null without labels.</param>
public sealed record ChunkEstimate(
    int Chunk, int Start, int N, double? Estimate, double? SamplingError, double? LowerConfidence, double? UpperConfidence, double LowerThreshold, double UpperThreshold, bool Alert, double? Realized);

/// <param name="Metric">What was estimated.</param>
/// <param name="Calibrated">Whether scores were calibrated.</param>
/// <param name="ReferenceRealized">The metric of each chunk of the reference, from which the thresholds come.</param>
public sealed record EstimationAnswer(
    string Metric, int ChunkSize, bool Calibrated, double LowerThreshold, double UpperThreshold, IReadOnlyList<double?> ReferenceRealized, IReadOnlyList<ChunkEstimate> Chunks)
{
    public static Outcome<EstimationAnswer> Of(EstimationRequest request) =>
        PerformanceEstimator.Fit(request.Reference, request.ChunkSize, request.Calibration).Then(estimator => Of(request, estimator));

    private static Outcome<EstimationAnswer> Of(EstimationRequest request, PerformanceEstimator estimator)
    {
        if (!estimator.Metrics.TryGetValue(request.Metric, out MetricExpectation? expected))
        {
            return new Failure(
                FailureKind.Unprocessable, "Metric not defined", $"No chunk of {request.ChunkSize} reference rows defines {request.Metric}: send more rows, larger chunks, or predictions of both classes.");
        }

        var chunks = request.Analysis.Chunks(request.ChunkSize).Select((rows, i) => Chunk(request, estimator, rows, i)).ToList();
        var reference = request.Reference.Chunks(request.ChunkSize).Select(rows => Realized(request.Metric, rows)).ToList();
        return new EstimationAnswer(request.Metric, request.ChunkSize, estimator.Calibrates, expected.Lower, expected.Upper, reference, chunks);
    }

    private static ChunkEstimate Chunk(EstimationRequest request, PerformanceEstimator estimator, ScoredRows rows, int chunk)
    {
        MetricEstimate estimate = estimator.Estimate(request.Metric, rows)!;
        return new(
            chunk, chunk * request.ChunkSize, rows.Count, estimate.Estimate, estimate.SamplingError, estimate.LowerConfidence, estimate.UpperConfidence, estimate.LowerThreshold,
            estimate.UpperThreshold, estimate.Alert, Realized(request.Metric, rows));
    }

    private static double? Realized(string metric, ScoredRows rows) =>
        rows.Labels is not null && EstimatedMetric.Realized(metric, rows) is var value && double.IsFinite(value) ? value : null;
}
