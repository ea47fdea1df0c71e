namespace Tidemark.Reports;

/// <summary>Quality in the window, by labels and estimated without them, and before it.</summary>
/// <param name="Note">Why there are no metrics, or what is special about them.</param>
/// <param name="Rows">Predictions that the log holds.</param>
/// <param name="Labelled">Of those with labels.</param>
/// <param name="Metrics">Of the last window of time that has labels.</param>
/// <param name="Gaps">Estimate and truth of the same rows.</param>
/// <param name="Findings">What the quality checks told of the window.</param>
/// <param name="Calibration">Reliability diagram.</param>
/// <param name="Confusion">Counts of true classes (rows) against predicted ones (columns).</param>
/// <param name="Segments">Metrics of parts of the rows.</param>
/// <param name="History">Each window of time and metric, up to the end.</param>
public sealed record QualitySection(
    string? Note,
    long Rows,
    long Labelled,
    IReadOnlyList<MetricFigure> Metrics,
    IReadOnlyList<GapFigure> Gaps,
    IReadOnlyList<ReportFinding> Findings,
    IReadOnlyList<CalibrationPoint> Calibration,
    ConfusionFigure? Confusion,
    IReadOnlyList<SegmentFigure> Segments,
    IReadOnlyList<QualityPoint> History)
{
    public static QualitySection None(string note) => new(note, 0, 0, [], [], [], [], null, [], []);
}

/// <summary>A metric by the labels.</summary>
/// <param name="Baseline">What it was in training, where the version's manifest says.</param>
/// <param name="Reason">Why there is no figure.</param>
public sealed record MetricFigure(string Metric, double? Value, double? Low, double? High, double? Baseline, string? Reason);

/// <param name="Gap">Estimate minus truth.</param>
/// <param name="Allowed">What chance explains.</param>
public sealed record GapFigure(string Metric, double Estimate, double Realized, double Gap, double Allowed);

/// <summary>Rows whose score lies in (<see cref="From"/>, <see cref="To"/>].</summary>
public sealed record CalibrationPoint(double From, double To, long N, double MeanScore, double Observed);

public sealed record ConfusionFigure(IReadOnlyList<string> Labels, IReadOnlyList<IReadOnlyList<long>> Matrix);

public sealed record SegmentFigure(string Column, string Group, long N, IReadOnlyDictionary<string, double?> Metrics);

/// <summary>A metric in a window of time: by the labels, and estimated without.</summary>
/// <param name="Lower">Below it an estimate is an alert.</param>
/// <param name="Upper">Above it an estimate is an alert.</param>
public sealed record QualityPoint(
    DateTimeOffset Start, int Hours, string Metric, long Labelled, double? Realized, double? Low, double? High,
    double? Estimate, double? EstimateLow, double? EstimateHigh, double? Lower, double? Upper);
