using System.Globalization;
using System.Text.Json;
using Tidemark.Platform.PredictionLog;
using Tidemark.Platform.Tabular;

namespace Tidemark.Retraining.Datasets;

/// <summary>A prediction of the log whose label is known.</summary>
/// <param name="Id">Of the prediction.</param>
/// <param name="Time">When it was answered.</param>
/// <param name="Version">Which version answered.</param>
/// <param name="LatencyMs">How long it took; null where the log does not say.</param>
/// <param name="Label">What came true.</param>
/// <param name="Cells">Texts of the columns asked for, in their order; empty = missing.</param>
internal sealed record LoggedExample(string Id, DateTimeOffset Time, string Version, double? LatencyMs, string Label, string[] Cells);

/// <summary>Reads cells of the log as a training file writes them.</summary>
internal sealed class LoggedCells(Table batch, IReadOnlyList<string> columns)
{
    private readonly Column?[] found = [.. columns.Select(name => name == LogNames.Time ? batch.Find(LogNames.Time) : batch.Find(LogNames.Input + name))];
    private readonly Column? ids = batch.Find(LogNames.Id), times = batch.Find(LogNames.Time), versions = batch.Find(LogNames.Version), keys = batch.Find(LogNames.Key), latencies = batch.Find(LogNames.Latency);

    public string? Id(int row) => ids?.Cell(row) as string;

    public string? Key(int row) => keys?.Cell(row) as string;

    public LoggedExample Example(int row, string id, string label) => new(
        id, Time(row), versions?.Cell(row) as string ?? "", latencies?.Cell(row) as double?, label, [.. found.Select(column => column is null ? "" : Text(column, row))]);

    private DateTimeOffset Time(int row) => DateTimeOffset.TryParse(times?.Cell(row) as string, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
        ? time : PredictionId.Parse(Id(row)) is { Ok: true } id ? id.Value.Time : default;

    private static string Text(Column column, int row) => column.IsMissing(row) ? "" : column.Cell(row) switch
    {
        double real when !double.IsFinite(real) => double.IsNaN(real) ? "" : real > 0 ? "inf" : "-inf",
        double real => real.ToString("R", CultureInfo.InvariantCulture),
        long whole => whole.ToString(CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        string text => text,
        JsonElement nested => nested.GetRawText(),
        var other => Convert.ToString(other, CultureInfo.InvariantCulture) ?? "",
    };
}
