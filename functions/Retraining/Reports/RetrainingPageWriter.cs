using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Platform.Pages;
using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Evaluation;
using Tidemark.Retraining.Records;

namespace Tidemark.Retraining.Reports;

/// <summary>A retraining as one HTML page that needs nothing else: what it came to first, then what that stands on. Every chart is a table too.</summary>
public static class RetrainingPageWriter
{
    private static readonly PageTemplate Template = new("Tidemark.Retraining.Reports.page.html");

    public static string Render(RetrainingReport report)
    {
        var charts = new JsonObject();
        RetrainingView view = report.Retraining;
        return Template.Fill(new Dictionary<string, string>
        {
            ["title"] = PageTemplate.Html($"{view.Model}: retraining {view.State}"),
            ["model"] = PageTemplate.Html(view.Model),
            ["id"] = PageTemplate.Html(view.Id),
            ["level"] = view.State is "kept" ? "good" : view.State is "rolledBack" or "failed" ? "alarm" : view.Ended ? "look" : "unknown",
            ["state"] = PageTemplate.Html(view.State),
            ["headline"] = PageTemplate.Html(view.Outcome ?? view.Reason),
            ["tiles"] = Tiles(report),
            ["decisions"] = Decisions(view),
            ["gates"] = Gates(report.Judgement?.Report),
            ["comparison"] = Comparison(report, charts),
            ["stream"] = Stream(report, charts),
            ["curves"] = Curves(report.Metrics, charts),
            ["data"] = Data(report),
            ["created"] = Minute(view.Updated),
        }, charts);
    }

    private static string Tiles(RetrainingReport report)
    {
        RetrainingView view = report.Retraining;
        var html = new StringBuilder();
        Tile(html, "Asked for by", view.Trigger, view.Reason);
        Tile(html, "Champion before", view.Champion ?? "none", "");
        Tile(html, "Candidate", view.Candidate ?? "none", "");
        if (report.Judgement?.Evidence is { } evidence)
            Tile(html, $"{evidence.Metric} on the hold-out", $"{Short(evidence.Overall.Reference)} → {Short(evidence.Overall.Challenger)}", $"improvement {Number(evidence.Overall.Improvement)} [{Number(evidence.Overall.Low)}, {Number(evidence.Overall.High)}], {evidence.Rows} rows");
        Tile(html, "Compute", $"{view.ComputeMinutes.ToString("0.0", CultureInfo.InvariantCulture)} min", view.Compute);
        if (report.Dataset is { } data) Tile(html, "Rows with labels", data.Labelled.ToString("N0", CultureInfo.InvariantCulture), $"SHA-256 {data.Sha256[..12]}…");
        return html.ToString();
    }

    private static void Tile(StringBuilder html, string title, string value, string small) =>
        html.Append($"<div class=\"tile\"><span>{PageTemplate.Html(title)}</span><b>{PageTemplate.Html(value)}</b><small>{PageTemplate.Html(small)}</small></div>\n");

    private static string Decisions(RetrainingView view) => Table(
        ["w:Step", "w:Verdict", "Why", "w:At"],
        view.Decisions.Select(d => (IReadOnlyList<string>)[PageTemplate.Html(d.Step), Badge(d.Verdict == Decision.Passed, d.Verdict), PageTemplate.Html(d.Sentence), Minute(d.At)]),
        "No step has come to an end yet.");

    private static string Gates(GateReport? report) => Table(
        ["w:Gate", "w:Verdict", "n:Found", "n:Held to", "In words"],
        (report?.Gates ?? []).Select(g => (IReadOnlyList<string>)[PageTemplate.Html(g.Gate), Badge(g.Passed, g.Passed ? "passed" : "not passed"), Number(g.Number, Unit(g.Gate)), Number(g.Threshold, Unit(g.Gate)), PageTemplate.Html(g.Sentence)]),
        "The gates have not been asked.");

    private static string Comparison(RetrainingReport report, JsonObject charts)
    {
        if (report.Judgement?.Evidence is not { } evidence) return Note("Nothing has been compared.");
        var before = (evidence.Champion?.Measures.Figures() ?? []).ToDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal);
        (string Name, double Value)[] figures = [.. evidence.Challenger.Measures.Figures()];
        charts["comparison"] = RetrainingCharts.Comparison(figures.Where(f => IsShare(f.Value) && IsShare(before.GetValueOrDefault(f.Name))).SelectMany(f => before.TryGetValue(f.Name, out double old)
            ? [(f.Name, "champion", old), (f.Name, "candidate", f.Value)] : new[] { (f.Name, "candidate", f.Value) }));
        return "<div class=\"chart\" data-chart=\"comparison\"></div>" + Table(
            ["w:Measure", "n:Champion", "n:Candidate"],
            figures.Select(f => (IReadOnlyList<string>)[PageTemplate.Html(f.Name), Number(before.TryGetValue(f.Name, out double old) ? old : null), Number(f.Value)])
                .Concat([["time a row", Number(evidence.Champion?.Milliseconds, " ms"), Number(evidence.Challenger.Milliseconds, " ms")], ["size", Number(evidence.Champion?.Bytes, " bytes"), Number(evidence.Challenger.Bytes, " bytes")]]),
            "") + Table(
            ["Segment", "n:Rows", "w:Measure", "n:Champion", "n:Candidate", "n:Improvement"],
            evidence.Segments.Select(s => (IReadOnlyList<string>)[PageTemplate.Html($"{s.Column} {s.Value}"), $"{s.Rows}", PageTemplate.Html(s.Metric), Number(s.Comparison.Reference), Number(s.Comparison.Challenger), Number(s.Comparison.Improvement)]),
            "No segments are judged.");
    }

    private static string Stream(RetrainingReport report, JsonObject charts)
    {
        if (report.Stream is not { } curve) return Note("No logged prediction has a label.");
        string measure = report.Judgement?.Evidence?.Task == TrainingTask.Regression ? "root mean squared error" : "share of right answers";
        charts["stream"] = RetrainingCharts.Stream(curve, measure);
        return $"<p>The {measure} on the labelled rows of the log, {(curve.Hours == 1 ? "hour by hour" : $"in stretches of {curve.Hours} hours")}: what the model that served reached, and what version {PageTemplate.Html(curve.Frozen)} would have reached had it served on.</p><div class=\"chart\" data-chart=\"stream\"></div>" + Table(
            ["w:From", "n:Rows", "w:Answered by", "n:Served", "n:Frozen"],
            curve.Points.Select(p => (IReadOnlyList<string>)[Minute(p.From), $"{p.Rows}", PageTemplate.Html(p.Versions), Number(p.Served), Number(p.Frozen)]), "");
    }

    private static string Curves(JsonElement? metrics, JsonObject charts)
    {
        if (metrics is not { } root) return Note("The training has left no figures.");
        List<(string Candidate, double Step, string Part, double Loss)> points = [];
        List<IReadOnlyList<string>> rows = [];
        string chosen = root.GetProperty("chosen").GetString() ?? "";
        foreach (JsonElement candidate in root.GetProperty("candidates").EnumerateArray())
        {
            string name = candidate.GetProperty("name").GetString()!;
            rows.Add([PageTemplate.Html(name) + (name == chosen ? " " + Badge(true, "chosen") : ""), Number(candidate.GetProperty("loss").GetDouble()), Number(candidate.GetProperty("standardError").GetDouble()), $"{candidate.GetProperty("parameters").GetInt64()}"]);
            foreach (JsonElement point in candidate.GetProperty("curve").EnumerateArray())
            {
                points.Add((name, point.GetProperty("step").GetDouble(), "training", point.GetProperty("training").GetDouble()));
                points.Add((name, point.GetProperty("step").GetDouble(), "validation", point.GetProperty("validation").GetDouble()));
            }
        }

        charts["curves"] = RetrainingCharts.Curves(points);
        return $"<p>{PageTemplate.Html(root.GetProperty("reason").GetString())}</p><div class=\"chart\" data-chart=\"curves\"></div>" + Table(["w:Model", "n:Validation loss", "n:Standard error", "n:Parameters"], rows, "");
    }

    private static string Data(RetrainingReport report)
    {
        if (report.Dataset is not { } data) return Note("No data have been frozen.");
        string span = data.From is { } from ? $", answered from {Minute(from)} to {Minute(data.To!.Value)}" : "";
        return $"<p>{PageTemplate.Html(data.Blob)}: {data.Rows} rows, {data.Labelled} with a label{span}. SHA-256 <code>{data.Sha256}</code>.</p>" + Table(
            ["Source", "n:Rows", "w:ETag"], data.Sources.Where(s => s.Rows > 0).TakeLast(50).Select(s => (IReadOnlyList<string>)[PageTemplate.Html(s.Name), $"{s.Rows}", PageTemplate.Html(s.ETag)]), "");
    }

    /// <param name="head">Titles; <c>n:</c> before one of numbers, <c>w:</c> before one of words that stay whole.</param>
    private static string Table(IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows, string none)
    {
        var html = new StringBuilder();
        string[] kinds = [.. head.Select(h => h[1..].StartsWith(':') ? $" class=\"{h[0]}\"" : "")];
        foreach (var row in rows) html.Append("<tr>").AppendJoin("", row.Select((cell, i) => $"<td{kinds[i]}>{cell}</td>")).Append("</tr>\n");
        if (html.Length == 0) return none.Length == 0 ? "" : Note(none);
        return $"<div class=\"scroll\"><table><thead><tr>{string.Concat(head.Select((h, i) => $"<th{kinds[i]}>{PageTemplate.Html(kinds[i].Length > 0 ? h[2..] : h)}</th>"))}</tr></thead><tbody>\n{html}</tbody></table></div>\n";
    }

    private static string Note(string text) => $"<p class=\"note\">{PageTemplate.Html(text)}</p>";

    private static string Badge(bool good, string text) => $"<span class=\"badge {(good ? "good" : "alarm")}\">{PageTemplate.Html(text)}</span>";

    private static string Number(double? value, string unit = "") => value is { } v
        ? v.ToString(v == Math.Floor(v) && Math.Abs(v) is >= 1000 and < 1e12 ? "N0" : Math.Abs(v) is >= 1e6 or (> 0 and < 0.0001) ? "0.##E0" : "0.####", CultureInfo.InvariantCulture) + unit : "";

    private static string Short(double? value) => value?.ToString("G3", CultureInfo.InvariantCulture) ?? "";

    /// <summary>Of a gate's numbers.</summary>
    private static string Unit(string gate) => gate switch
    {
        "latency" => " ms",
        "size" => " bytes",
        _ => "",
    };

    private static bool IsShare(double value) => value is >= 0 and <= 1;

    private static string Minute(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
