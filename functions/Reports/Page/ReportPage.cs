using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Tidemark.Platform.Pages;

namespace Tidemark.Reports.Page;

/// <summary>A report as one HTML page that needs nothing else: the verdict first, then what it stands on. Every chart is a table too.</summary>
public static class ReportPage
{
    private static readonly string[] LeadingMetrics = ["roc_auc", "roc_auc_ovr_macro", "accuracy", "recall", "rmse", "mae", "r2"];
    private static readonly PageTemplate Template = new("Tidemark.Reports.Page.page.html");

    public static string Render(ModelReport report)
    {
        var charts = new JsonObject();
        var parts = new Dictionary<string, string>
        {
            ["title"] = PageTemplate.Html($"{report.Model} {report.Version}, {Figures.Day(report.From)}"),
            ["model"] = PageTemplate.Html(report.Model),
            ["version"] = PageTemplate.Html(report.Version is { } version ? $"version {version}" : "no version"),
            ["window"] = PageTemplate.Html(Figures.Span(report.From, report.To)),
            ["level"] = Figures.Word(report.Verdict.Level),
            ["headline"] = PageTemplate.Html(report.Verdict.Headline),
            ["tiles"] = Tiles(report),
            ["findings"] = Findings(report.Verdict),
            ["drift"] = DriftParts.Write(report.Drift, charts),
            ["quality"] = QualityParts.Write(report.Quality, charts),
            ["card"] = CardParts.Write(report),
            ["created"] = PageTemplate.Html(Figures.Minute(report.Created)),
            ["id"] = PageTemplate.Html(report.Id),
        };
        return Template.Fill(parts, charts);
    }

    private static string Tiles(ModelReport report)
    {
        var html = new StringBuilder();
        long rows = report.Rows.Values.Sum();
        string others = report.Rows.Count > 1 ? string.Join(", ", report.Rows.OrderByDescending(r => r.Value).Select(r => $"{r.Key}: {Figures.Count(r.Value)}")) : $"reference {Figures.Count(report.Drift.ReferenceRows)}";
        Tile(html, "Predictions", Figures.Count(rows), others, null);
        if (report.Drift.Inputs is { } inputs)
        {
            int drifted = inputs.Columns.Count(c => c.Drifted);
            Tile(html, "Inputs that drift", $"{drifted} of {inputs.Columns.Count}", string.Create(CultureInfo.InvariantCulture, $"the data set drifts from {inputs.Threshold:P0} on"), inputs.Alarm ? ReportLevel.Alarm : drifted > 0 ? ReportLevel.Attention : ReportLevel.Good);
        }

        if (report.Drift.Answers is { } answers)
            Tile(html, "Answers", answers.Columns.Any(c => c.Drifted) ? "drift" : "steady", $"{answers.Columns.Count} columns", answers.Columns.Any(c => c.Alarm) ? ReportLevel.Alarm : answers.Columns.Any(c => c.Drifted) ? ReportLevel.Attention : ReportLevel.Good);
        foreach (MetricFigure metric in Leading(report.Quality))
            Tile(html, Figures.Metric(metric.Metric), Figures.Number(metric.Value), $"{Figures.Range(metric.Low, metric.High)}{(metric.Baseline is { } baseline ? $"; {Figures.Number(baseline)} in training" : "")}", null);
        if (report.Quality.Rows > 0)
            Tile(html, "Labels", Figures.Percent((double)report.Quality.Labelled / report.Quality.Rows), $"{Figures.Count(report.Quality.Labelled)} of {Figures.Count(report.Quality.Rows)}", null);
        return html.ToString();
    }

    private static IEnumerable<MetricFigure> Leading(QualitySection quality) =>
        LeadingMetrics.Select(name => quality.Metrics.FirstOrDefault(m => m.Metric == name && m.Value is not null)).OfType<MetricFigure>().Take(3);

    private static void Tile(StringBuilder html, string title, string value, string small, ReportLevel? level) =>
        html.Append($"<div class=\"tile {(level is { } l ? Figures.Word(l) : "")}\"><span>{PageTemplate.Html(title)}</span><b>{PageTemplate.Html(value)}</b><small>{PageTemplate.Html(small)}</small></div>\n");

    private static string Findings(ReportVerdict verdict)
    {
        if (verdict.Findings.Count == 0)
            return "";
        var html = new StringBuilder("<ul class=\"findings\">\n");
        foreach (ReportFinding finding in verdict.Findings)
            html.Append($"<li class=\"{Figures.Word(finding.Level)}\">{Figures.Badge(finding.Level)}<div><b>{PageTemplate.Html(finding.Title)}</b><p>{PageTemplate.Html(finding.Detail)}</p></div></li>\n");
        return html.Append("</ul>").ToString();
    }
}
