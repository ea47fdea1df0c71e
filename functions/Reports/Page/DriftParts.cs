using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Tidemark.Platform.Pages;

namespace Tidemark.Reports.Page;

/// <summary>The part of the page about drift: a table of all columns, then each column's distribution.</summary>
internal static class DriftParts
{
    /// <summary>Columns whose distribution is drawn; what drifts comes first.</summary>
    private const int MostCharts = 60;

    private const int MostInMap = 40;

    public static string Write(DriftSection drift, JsonObject charts)
    {
        var html = new StringBuilder();
        if (drift.Note is not null)
            html.Append($"<p class=\"note\">{PageTemplate.Html(drift.Note)}</p>");
        Table(html, "Inputs", drift.Inputs);
        Table(html, "Answers", drift.Answers);
        if (drift.History.Count > 0)
            History(html, drift, charts);
        Distributions(html, drift, charts);
        return html.Length > 0 ? html.ToString() : "<p class=\"note\">No drift checks of this time are stored.</p>";
    }

    private static void Table(StringBuilder html, string title, ColumnsVerdict? verdict)
    {
        if (verdict is null)
            return;
        html.Append($"<h3>{title} {Figures.Badge(verdict.Alarm ? ReportLevel.Alarm : verdict.Drifted || verdict.Columns.Any(c => c.Drifted) ? ReportLevel.Attention : ReportLevel.Good, verdict.Alarm ? "lasting drift" : verdict.Columns.Any(c => c.Drifted) ? "drift" : "steady")}</h3>");
        html.Append($"<p>{PageTemplate.Html(verdict.Reason)} Had nothing changed, this would be an alarm in {Figures.Percent(verdict.FalseAlarmRate)} of windows.</p>");
        html.Append("<div class=\"scroll\"><table><thead><tr><th>Column</th><th></th><th>Test</th><th class=\"n\">Result</th><th class=\"n\">Drifts if</th><th class=\"n\">n, reference</th><th class=\"n\">n, window</th>"
            + "<th class=\"n\">Moved</th><th class=\"n\">Missing</th><th>Why</th></tr></thead><tbody>\n");
        foreach (ColumnReport column in verdict.Columns)
            Row(html, column);
        html.Append("</tbody></table></div>\n");
    }

    private static void Row(StringBuilder html, ColumnReport column)
    {
        string width = ((column.Effect ?? 0) * 100).ToString("0.#", CultureInfo.InvariantCulture);
        string missing = column.MissingReference == column.MissingCurrent ? Figures.Percent(column.MissingCurrent) : $"{Figures.Percent(column.MissingReference)} → {Figures.Percent(column.MissingCurrent)}";
        html.Append($"<tr><th scope=\"row\">{PageTemplate.Html(column.Column)}<small>{PageTemplate.Html(column.Kind)}</small></th><td>{Figures.Badge(column)}</td><td>{PageTemplate.Html(Figures.Test(column.Test))}</td>")
            .Append($"<td class=\"n\">{Figures.Measured(column)}{(column.Error is { } error and > 0 ? $"<small>± {Figures.Number(error)}</small>" : "")}</td><td class=\"n\">{Figures.Limit(column)}</td>")
            .Append($"<td class=\"n\">{Figures.Count(column.ReferenceCount)}</td><td class=\"n\">{Figures.Count(column.CurrentCount)}</td>")
            .Append($"<td class=\"n bar\"><i style=\"width:{width}%\"></i>{Figures.Percent(column.Effect)}</td><td class=\"n\">{missing}</td><td class=\"why\">{PageTemplate.Html(column.Reason)}</td></tr>\n");
    }

    private static void History(StringBuilder html, DriftSection drift, JsonObject charts)
    {
        charts["drift-over-time"] = DriftCharts.OverTime(drift, MostInMap);
        html.Append($"<h3>Drift over time</h3><div class=\"chart wide\" data-chart=\"drift-over-time\"></div><details><summary>As a table, by day</summary><div class=\"scroll\"><table><thead><tr><th>Day</th>"
            + "<th class=\"n\">Hours checked</th><th class=\"n\">Rows</th><th class=\"n\">Hours drifted</th><th class=\"n\">Largest share</th><th>Columns that drifted</th></tr></thead><tbody>\n");
        foreach (var day in drift.History.GroupBy(p => Figures.Day(p.Hour)))
        {
            string columns = string.Join(", ", day.SelectMany(p => p.Columns.Where(c => c.Drifted)).GroupBy(c => c.Column, StringComparer.Ordinal).OrderByDescending(g => g.Count()).Take(12).Select(g => $"{g.Key} ({g.Count()} h)"));
            html.Append($"<tr><td>{day.Key}</td><td class=\"n\">{day.Count()}</td><td class=\"n\">{Figures.Count(day.Sum(p => p.Rows))}</td><td class=\"n\">{day.Count(p => p.Drifted)}</td>")
                .Append($"<td class=\"n\">{Figures.Percent(day.Max(p => p.Share))}</td><td>{PageTemplate.Html(columns)}</td></tr>\n");
        }

        html.Append("</tbody></table></div></details>\n");
    }

    private static void Distributions(StringBuilder html, DriftSection drift, JsonObject charts)
    {
        ColumnReport[] shown = [.. drift.Columns().Where(c => c.Distribution.Bars.Count > 0).OrderByDescending(c => c.Alarm).ThenByDescending(c => c.Drifted).Take(MostCharts)];
        if (shown.Length == 0)
            return;
        html.Append("<h3>Distributions</h3><p class=\"legend\"><span class=\"key reference\"></span>reference <span class=\"key window\"></span>this window <span class=\"key drifting\"></span>this window, drifting</p><div class=\"cards\">\n");
        for (int i = 0; i < shown.Length; i++)
        {
            ColumnReport column = shown[i];
            charts[$"d{i}"] = DriftCharts.Overlay(column);
            html.Append($"<article class=\"card\"><h4>{PageTemplate.Html(column.Column)} {Figures.Badge(column)}</h4><div class=\"chart\" data-chart=\"d{i}\"></div>");
            if (column.Unseen.Count > 0)
                html.Append($"<p class=\"unseen\">New: {PageTemplate.Html(string.Join(", ", column.Unseen.Select(u => string.Create(CultureInfo.InvariantCulture, $"{u.Category} ({u.Share:P1})"))))}</p>");
            html.Append("<details><summary>As a table</summary><table><thead><tr><th>Value</th><th class=\"n\">Reference</th><th class=\"n\">Window</th></tr></thead><tbody>");
            foreach (DistributionBar bar in column.Distribution.Bars)
                html.Append($"<tr><td>{PageTemplate.Html(bar.Label)}</td><td class=\"n\">{Figures.Percent(bar.Reference)}</td><td class=\"n\">{Figures.Percent(bar.Current)}</td></tr>");
            html.Append("</tbody></table></details></article>\n");
        }

        html.Append("</div>\n");
    }
}
