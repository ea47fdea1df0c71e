using Tidemark.Drift.Verdicts;

namespace Tidemark.Drift.Checks;

/// <summary>Drift of a model over time.</summary>
public sealed record DriftSeries(string Model, DateTimeOffset From, DateTimeOffset To, IReadOnlyList<SeriesPoint> Windows);

/// <summary>One checked hour of one version.</summary>
/// <param name="Share">Share of drifted input columns, by weight.</param>
/// <param name="Alarm">Whether the inputs have drifted for as many windows in a row as the policy asks.</param>
/// <param name="PredictionsDrifted">Whether what the model answers has drifted.</param>
public sealed record SeriesPoint(
    DateTimeOffset Hour, string Version, long Rows, bool Drifted, bool Alarm, double? Share, bool PredictionsDrifted, string? Note, IReadOnlyList<ColumnPoint> Columns);

/// <summary>One column in one window.</summary>
/// <param name="Missing">Share of rows without a value.</param>
public sealed record ColumnPoint(string Column, DriftTest? Test, double? Statistic, double? PValue, double? Threshold, bool Drifted, bool Alarm, double? Missing)
{
    public static ColumnPoint Of(ColumnVerdict column) =>
        new(column.Column, column.Test, column.Statistic, column.PValue, column.Threshold, column.Drifted, column.Alarm, column.Missing?.Current);
}
