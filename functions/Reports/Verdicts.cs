using System.Globalization;

namespace Tidemark.Reports;

/// <summary>Says in a sentence what a report's sections come to.</summary>
internal static class Verdicts
{
    private const int Named = 4;

    public static ReportVerdict Of(DriftSection drift, QualitySection quality)
    {
        ReportFinding[] drifting = [.. OfColumns("inputs", drift.Inputs), .. OfColumns("answers", drift.Answers)];
        List<ReportFinding> findings = [.. quality.Findings.Concat(drifting).Concat(Unseen(drift)).OrderByDescending(f => f.Level)];
        bool judged = drift.Inputs is not null || drift.Answers is not null || quality.Metrics.Count > 0;
        ReportLevel level = findings.Count > 0 ? findings[0].Level : judged ? ReportLevel.Good : ReportLevel.Unknown;
        string headline = findings.Count > 0 ? string.Join(" ", findings.Take(1).Concat(drifting.Where(f => f.Level == level).Take(1)).Distinct().Select(f => Upper(f.Title) + "."))
            : judged ? Well(drift, quality)
            : $"Nothing can be said: {Lower(drift.Note ?? quality.Note ?? "there are no checks of this time.")}";
        return new(level, headline, findings);
    }

    private static string Well(DriftSection drift, QualitySection quality) => (drift.Inputs ?? drift.Answers, quality.Metrics.Count) switch
    {
        (null, _) => "Quality holds; drift was not judged.",
        (_, 0) => "Nothing drifts. There are no labels yet to tell the quality.",
        _ => "Nothing drifts, and quality holds.",
    };

    private static IEnumerable<ReportFinding> OfColumns(string what, ColumnsVerdict? verdict)
    {
        ColumnReport[] drifted = [.. (verdict?.Columns ?? []).Where(c => c.Drifted || c.Alarm)];
        if (verdict is null || drifted.Length == 0)
            yield break;
        string names = string.Join(", ", drifted.Take(Named).Select(c => c.Column)) + (drifted.Length > Named ? $" and {drifted.Length - Named} more" : "");
        string title = what == "inputs"
            ? string.Create(CultureInfo.InvariantCulture, $"{drifted.Length} of {verdict.Columns.Count} inputs {(drifted.Length == 1 ? "drifts" : "drift")}: {names}")
            : $"The answers drift: {names}";
        ReportLevel level = verdict.Alarm || drifted.Any(c => c.Alarm) ? ReportLevel.Alarm : ReportLevel.Attention;
        string lasting = drifted.Where(c => c.Alarm).Select(c => c.Column).ToList() is { Count: > 0 } alarms ? $" It has lasted in {string.Join(", ", alarms.Take(Named))}." : "";
        yield return new(level, title, verdict.Reason + lasting);
    }

    private static IEnumerable<ReportFinding> Unseen(DriftSection drift) => drift.Columns().Where(c => c.Unseen.Count > 0).Select(c => new ReportFinding(
        ReportLevel.Attention,
        $"{c.Column} has values that the reference lacks",
        string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", c.Unseen.Take(Named).Select(u => u.Category))}{(c.Unseen.Count > Named ? "…" : "")}: {c.Unseen.Sum(u => u.Share):P1} of the values.")));

    private static string Upper(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    private static string Lower(string text) => text.Length == 0 ? text : char.ToLowerInvariant(text[0]) + text[1..];
}
