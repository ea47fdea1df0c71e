using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Tidemark.Platform.Pages;

namespace Tidemark.Reports.Page;

/// <summary>The part of the page about quality: figures with intervals, over time, estimated against realised, calibration, errors, segments.</summary>
internal static class QualityParts
{
    private const int MostMetricCharts = 8;
    private const int MostSegments = 60;

    public static string Write(QualitySection quality, JsonObject charts)
    {
        var html = new StringBuilder();
        if (quality.Note is not null)
            html.Append($"<p class=\"note\">{PageTemplate.Html(quality.Note)}</p>");
        Metrics(html, quality);
        OverTime(html, quality, charts);
        Gaps(html, quality);
        if (quality.Calibration.Count > 0 || quality.Confusion is not null)
            html.Append("<div class=\"cards\">");
        Calibration(html, quality, charts);
        Confusion(html, quality.Confusion);
        if (quality.Calibration.Count > 0 || quality.Confusion is not null)
            html.Append("</div>\n");
        Segments(html, quality);
        return html.Length > 0 ? html.ToString() : "<p class=\"note\">No quality checks of this time are stored.</p>";
    }

    private static void Metrics(StringBuilder html, QualitySection quality)
    {
        if (quality.Metrics.Count == 0)
            return;
        html.Append($"<p>{Figures.Count(quality.Labelled)} of {Figures.Count(quality.Rows)} predictions have labels. Intervals hold the truth in 95 % of cases.</p>");
        html.Append("<div class=\"scroll\"><table><thead><tr><th>Metric</th><th class=\"n\">Realised</th><th class=\"n\">Interval</th><th class=\"n\">In training</th><th>Remark</th></tr></thead><tbody>\n");
        foreach (MetricFigure metric in quality.Metrics)
        {
            html.Append($"<tr><th scope=\"row\">{PageTemplate.Html(Figures.Metric(metric.Metric))}</th><td class=\"n\">{Figures.Number(metric.Value)}</td><td class=\"n\">{Figures.Range(metric.Low, metric.High)}</td>")
                .Append($"<td class=\"n\">{Figures.Number(metric.Baseline)}</td><td>{PageTemplate.Html(metric.Reason)}</td></tr>\n");
        }

        html.Append("</tbody></table></div>\n");
    }

    private static void OverTime(StringBuilder html, QualitySection quality, JsonObject charts)
    {
        var metrics = quality.History.GroupBy(p => p.Metric, StringComparer.Ordinal).Where(g => g.Any(p => p.Realized is not null || p.Estimate is not null))
            .OrderByDescending(g => g.Any(p => p.Estimate is not null)).Take(MostMetricCharts).ToList();
        if (metrics.Count == 0)
            return;
        html.Append("<h3>Quality over time</h3><p class=\"legend\"><span class=\"key window\"></span>realised, with its interval <span class=\"key estimated\"></span>estimated without labels <span class=\"key drifting\"></span>an estimate below is an alert <span class=\"key reference\"></span>in training</p><div class=\"cards\">\n");
        foreach (var metric in metrics)
        {
            string name = "q-" + metric.Key;
            charts[name] = QualityCharts.OverTime(metric.Key, metric, quality.Metrics.FirstOrDefault(m => m.Metric == metric.Key)?.Baseline);
            html.Append($"<article class=\"card\"><div class=\"chart\" data-chart=\"{PageTemplate.Html(name)}\"></div><details><summary>As a table</summary><div class=\"scroll\"><table><thead><tr><th>From</th><th class=\"n\">Labels</th>"
                + "<th class=\"n\">Realised</th><th class=\"n\">Interval</th><th class=\"n\">Estimated</th></tr></thead><tbody>");
            foreach (QualityPoint point in metric.OrderBy(p => p.Start))
                html.Append($"<tr><td>{Figures.Minute(point.Start)}</td><td class=\"n\">{Figures.Count(point.Labelled)}</td><td class=\"n\">{Figures.Number(point.Realized)}</td><td class=\"n\">{Figures.Range(point.Low, point.High)}</td><td class=\"n\">{Figures.Number(point.Estimate)}</td></tr>");
            html.Append("</tbody></table></div></details></article>\n");
        }

        html.Append("</div>\n");
    }

    private static void Gaps(StringBuilder html, QualitySection quality)
    {
        if (quality.Gaps.Count == 0)
            return;
        html.Append("<h3>Estimated against realised</h3><p>On the rows that have labels. A gap beyond what chance explains says that the relation of inputs and outcome has changed, which an estimate can't see.</p>"
            + "<div class=\"scroll\"><table><thead><tr><th>Metric</th><th class=\"n\">Estimated</th><th class=\"n\">Realised</th><th class=\"n\">Gap</th><th class=\"n\">Chance explains</th><th></th></tr></thead><tbody>\n");
        foreach (GapFigure gap in quality.Gaps)
        {
            html.Append($"<tr><th scope=\"row\">{PageTemplate.Html(Figures.Metric(gap.Metric))}</th><td class=\"n\">{Figures.Number(gap.Estimate)}</td><td class=\"n\">{Figures.Number(gap.Realized)}</td><td class=\"n\">{Figures.Number(gap.Gap)}</td>")
                .Append($"<td class=\"n\">± {Figures.Number(gap.Allowed)}</td><td>{(Math.Abs(gap.Gap) > gap.Allowed ? Figures.Badge(ReportLevel.Alarm, "gap") : Figures.Badge(ReportLevel.Good))}</td></tr>\n");
        }

        html.Append("</tbody></table></div>\n");
    }

    private static void Calibration(StringBuilder html, QualitySection quality, JsonObject charts)
    {
        if (quality.Calibration.Count == 0)
            return;
        charts["calibration"] = QualityCharts.Calibration(quality.Calibration);
        html.Append("<article class=\"card\"><h4>Calibration</h4><div class=\"chart\" data-chart=\"calibration\"></div><details><summary>As a table</summary><table><thead><tr><th>Score</th><th class=\"n\">Rows</th><th class=\"n\">Mean score</th><th class=\"n\">Positives</th></tr></thead><tbody>");
        foreach (CalibrationPoint point in quality.Calibration)
            html.Append($"<tr><td>{Figures.Range(point.From, point.To)}</td><td class=\"n\">{Figures.Count(point.N)}</td><td class=\"n\">{Figures.Number(point.MeanScore)}</td><td class=\"n\">{Figures.Percent(point.Observed)}</td></tr>");
        html.Append("</tbody></table></details></article>\n");
    }

    private static void Confusion(StringBuilder html, ConfusionFigure? confusion)
    {
        if (confusion is null)
            return;
        html.Append("<article class=\"card\"><h4>Confusion matrix</h4><table class=\"confusion\"><thead><tr><th>true ↓ predicted →</th>");
        foreach (string label in confusion.Labels)
            html.Append($"<th class=\"n\">{PageTemplate.Html(label)}</th>");
        html.Append("</tr></thead><tbody>");
        for (int i = 0; i < confusion.Matrix.Count; i++)
        {
            long row = Math.Max(1, confusion.Matrix[i].Sum());
            html.Append($"<tr><th scope=\"row\">{PageTemplate.Html(confusion.Labels[i])}</th>");
            for (int j = 0; j < confusion.Matrix[i].Count; j++)
            {
                double share = (double)confusion.Matrix[i][j] / row;
                string shade = (share * 70).ToString("0", CultureInfo.InvariantCulture);
                html.Append($"<td class=\"n\" style=\"background:color-mix(in srgb, var({(i == j ? "--good" : "--alarm")}) {shade}%, transparent)\">{Figures.Count(confusion.Matrix[i][j])}<small>{Figures.Percent(share)}</small></td>");
            }

            html.Append("</tr>");
        }

        html.Append("</tbody></table></article>\n");
    }

    private static void Segments(StringBuilder html, QualitySection quality)
    {
        if (quality.Segments.Count == 0)
            return;
        string[] metrics = [.. quality.Segments.SelectMany(s => s.Metrics.Keys).Distinct(StringComparer.Ordinal).Take(6)];
        html.Append($"<h3>Segments</h3><div class=\"scroll\"><table><thead><tr><th>Column</th><th>Value</th><th class=\"n\">Labels</th>{string.Concat(metrics.Select(m => $"<th class=\"n\">{PageTemplate.Html(Figures.Metric(m))}</th>"))}</tr></thead><tbody>\n");
        foreach (SegmentFigure segment in quality.Segments.Take(MostSegments))
        {
            html.Append($"<tr><td>{PageTemplate.Html(segment.Column)}</td><th scope=\"row\">{PageTemplate.Html(segment.Group)}</th><td class=\"n\">{Figures.Count(segment.N)}</td>")
                .Append(string.Concat(metrics.Select(m => $"<td class=\"n\">{Figures.Number(segment.Metrics.GetValueOrDefault(m))}</td>"))).Append("</tr>\n");
        }

        html.Append("</tbody></table></div>\n");
    }
}
