using Tidemark.Feedback;
using Tidemark.Feedback.Estimation;
using Tidemark.Feedback.Metrics;
using Tidemark.Feedback.Quality;
using Tidemark.Platform.Alerts;
using Tidemark.Registry;

namespace Tidemark.Reports;

/// <summary>Reads what the quality checks stored.</summary>
public sealed class QualityReader(WindowStore windows)
{
    private static readonly TimeSpan Past = TimeSpan.FromDays(30);

    private const int ReadAtOnce = 8;

    public async Task<QualitySection> ReadAsync(ReportId id, ModelVersion? version, ModelManifest? manifest, CancellationToken cancellation)
    {
        DateTimeOffset from = id.To - Past < id.From ? id.To - Past : id.From;
        WindowSpan[] spans = [.. (await windows.ListAsync(id.Model, cancellation)).Where(s => s.End > from && s.Start < id.To)];
        var read = new WindowQuality?[spans.Length];
        var options = new ParallelOptions { MaxDegreeOfParallelism = ReadAtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(Enumerable.Range(0, spans.Length), options, async (i, stop) => read[i] = (await windows.ReadAsync(id.Model, spans[i], stop)).Window);
        return SectionOf(id, version?.ToString(), manifest, [.. read.OfType<WindowQuality>()]);
    }

    private static QualitySection SectionOf(ReportId id, string? version, ModelManifest? manifest, WindowQuality[] all)
    {
        WindowQuality[] here = [.. all.Where(w => w.End > id.From)];
        if (here.Length == 0)
            return QualitySection.None("No quality check of this time is stored yet.") with { History = History(all, version) };
        WindowQuality? judged = here.LastOrDefault(w => Mine(w, version)?.Realized is not null);
        VersionQuality? mine = judged is null ? null : Mine(judged, version);
        return new(
            here.LastOrDefault(w => w.Problem is not null)?.Problem ?? (mine is null ? "No labels of this time have come yet: realised quality is not known." : null),
            here.Sum(w => w.Rows),
            here.Sum(w => w.Labelled),
            [.. mine?.Realized?.Metrics.Select(m => new MetricFigure(m.Key, m.Value.Value, m.Value.Low, m.Value.High, manifest is null ? null : Baseline.Of(manifest.Metrics, m.Key), m.Value.Reason)) ?? []],
            [.. mine?.Gaps.Select(g => new GapFigure(g.Key, g.Value.Estimate, g.Value.Realized, g.Value.Gap, g.Value.Allowed)) ?? []],
            [.. here.SelectMany(w => w.Findings).GroupBy(f => (f.Kind, f.Version, f.Subject)).Select(g => Finding(g.Last()))],
            [.. mine?.Realized?.Calibration?.Select(b => new CalibrationPoint(b.From, b.To, b.N, b.MeanScore, b.Observed)) ?? []],
            mine?.Realized?.ConfusionMatrix is { } confusion ? new(confusion.Labels, confusion.Matrix) : null,
            [.. (judged?.Segments ?? new Dictionary<string, IReadOnlyList<GroupQuality>>()).SelectMany(s => s.Value.Select(g => new SegmentFigure(s.Key, g.Group, g.N, g.Metrics.ToDictionary(m => m.Key, m => m.Value.Value))))],
            History(all, version));
    }

    private static QualityPoint[] History(WindowQuality[] all, string? version) => [.. all.SelectMany(w => Mine(w, version) is { } mine ? Points(w, mine) : [])];

    private static IEnumerable<QualityPoint> Points(WindowQuality window, VersionQuality mine)
    {
        IReadOnlyDictionary<string, MetricValue> realized = mine.Realized?.Metrics ?? new Dictionary<string, MetricValue>();
        foreach (string metric in realized.Keys.Union(mine.Estimates.Keys, StringComparer.Ordinal))
        {
            MetricValue? truth = realized.GetValueOrDefault(metric);
            MetricEstimate? estimate = mine.Estimates.GetValueOrDefault(metric);
            yield return new(
                window.Start, window.Hours, metric, mine.Labelled, truth?.Value, truth?.Low, truth?.High,
                estimate?.Estimate, estimate?.LowerConfidence, estimate?.UpperConfidence, estimate?.LowerThreshold, estimate?.UpperThreshold);
        }
    }

    /// <summary>The version of the report; where it had no rows, the one with most labels.</summary>
    private static VersionQuality? Mine(WindowQuality window, string? version) =>
        window.Versions.FirstOrDefault(v => v.Version == version) ?? window.Versions.MaxBy(v => v.Labelled);

    private static ReportFinding Finding(QualityFinding finding) =>
        new(finding.Severity == AlertSeverity.Critical ? ReportLevel.Alarm : ReportLevel.Attention, finding.Title.TrimEnd('.'), finding.Detail);
}
