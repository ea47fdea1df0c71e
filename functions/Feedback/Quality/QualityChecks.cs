using System.Text.Json;
using Microsoft.Extensions.Logging;
using Tidemark.Feedback.Labels;
using Tidemark.Platform.Alerts;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Monitoring;
using Tidemark.Platform.PredictionLog;
using Tidemark.Platform.Retraining;
using Tidemark.Registry;

namespace Tidemark.Feedback.Quality;

/// <summary>
/// Counts the windows that have ended and were not counted yet, the oldest first, and those whose labels have changed. A window is counted when its
/// blob is there, alerts are sent before it is: a check that dies is done again by the next, and missed ones are caught up with (promise I9).
/// </summary>
public sealed partial class QualityChecks(
    MonitoringStore monitoring, WindowStore windows, WindowCount count, LabelTable labels, LogStore log, AlertSender alerts, RetrainingSender retraining,
    ModelDirectory models, TimeProvider clock, ILogger<QualityChecks> logger)
{
    /// <value>How long after a window's end it is counted, so that the log's last rows are there. 5 min.</value>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(5);

    /// <value>How long after its end a window is looked at for rows that the log got later; the newest always is. 24 h.</value>
    public static readonly TimeSpan Recheck = TimeSpan.FromHours(24);

    private const int MostWindows = 1000;

    /// <summary>Checks every model; one that fails does not keep the others from it.</summary>
    public Task RunAsync(CancellationToken cancellation) => models.ForEachAsync("The quality check", model => RunAsync(model, cancellation), cancellation);

    /// <summary>Checks one model. Returns the windows that were counted, now or anew.</summary>
    public async Task<Outcome<IReadOnlyList<WindowQuality>>> RunAsync(ModelName model, CancellationToken cancellation)
    {
        MonitoringDocument document = await monitoring.ReadAsync(model.ToString(), cancellation);
        Outcome<QualityPolicy> policy = document.Settings[QualityPolicy.Section] is { } section ? QualityPolicy.Parse(JsonSerializer.SerializeToElement(section)) : QualityPolicy.Default;
        if (!policy.Ok)
            return policy.As<IReadOnlyList<WindowQuality>>();
        // Marks are read before labels are: a label that comes in between leaves a new mark.
        IReadOnlyList<ChangedHour> changed = await labels.ChangedAsync(model, cancellation);
        List<WindowSpan> counted = await windows.ListAsync(model, cancellation);
        var due = await DueAsync(model, policy.Value, counted, cancellation);
        var again = counted.Where(span => changed.Any(hour => span.Holds(hour.Hour))).ToHashSet();
        DateTimeOffset late = clock.GetUtcNow() - Recheck;
        foreach (WindowSpan span in counted.Where((span, i) => i == counted.Count - 1 || span.End > late))
        {
            if (await HasNewRowsAsync(model, span, cancellation))
                again.Add(span);
        }

        List<WindowQuality> done = await CountAsync(model, policy.Value, counted, again, due, cancellation);
        WindowSpan[] all = [.. counted, .. due];
        await labels.CountedAsync(model, changed.Where(hour => all.Any(span => span.Holds(hour.Hour)) || (all.Length > 0 && hour.Hour < all[0].Start)), cancellation);
        return done;
    }

    /// <summary>Windows that have ended since the last one that was counted.</summary>
    private async Task<List<WindowSpan>> DueAsync(ModelName model, QualityPolicy policy, List<WindowSpan> counted, CancellationToken cancellation)
    {
        DateTimeOffset end = clock.GetUtcNow() - Grace;
        WindowSpan? next = counted.Count > 0 ? WindowSpan.From(counted[^1].End, policy.WindowHours)
            : await windows.FirstHourAsync(model, cancellation) is { } first ? WindowSpan.Around(first, policy.WindowHours) : null;
        var due = new List<WindowSpan>();
        for (; next is { } span && span.End <= end && due.Count < MostWindows; next = WindowSpan.From(span.End, policy.WindowHours))
            due.Add(span);
        return due;
    }

    private async Task<List<WindowQuality>> CountAsync(
        ModelName model, QualityPolicy policy, List<WindowSpan> counted, HashSet<WindowSpan> again, List<WindowSpan> due, CancellationToken cancellation)
    {
        var done = new List<WindowQuality>();
        int first = again.Count == 0 ? counted.Count : counted.FindIndex(again.Contains);
        WindowQuality? before = first > 0 ? (await windows.ReadAsync(model, counted[first - 1], cancellation)).Window : null;
        foreach (WindowSpan span in counted.Skip(first).Concat(due))
        {
            bool whole = again.Contains(span) || due.Contains(span);
            before = await StoreAsync(model, policy, span, before, whole, cancellation);
            if (whole)
                done.Add(before);
        }

        return done;
    }

    /// <summary>Counts a window, or (<paramref name="whole"/> false) only carries its detectors on from the window before, and stores it.</summary>
    private async Task<WindowQuality> StoreAsync(ModelName model, QualityPolicy policy, WindowSpan span, WindowQuality? before, bool whole, CancellationToken cancellation)
    {
        while (true)
        {
            (WindowQuality? known, Azure.ETag? tag) = await windows.ReadAsync(model, span, cancellation);
            WindowQuality window = whole || known is null ? await count.CountAsync(model, policy, span, before, cancellation) : ErrorStream.Watch(known, before, policy);
            if (known is not null && window.Repeats(known))
                return known;
            await TellAsync(model, window, known, cancellation);
            if (await windows.TryWriteAsync(model, window, tag, cancellation))
                return window;
            LogRace(model, span.Start);
        }
    }

    private async Task TellAsync(ModelName model, WindowQuality window, WindowQuality? known, CancellationToken cancellation)
    {
        foreach (QualityFinding finding in window.Findings.Where(finding => known?.Findings.Any(finding.Continues) != true))
        {
            await alerts.SendAsync(Findings.Alert(model, window, finding), cancellation);
            if (finding.Retrain)
                await retraining.SendAsync(Findings.Request(model, window, finding), cancellation);
            LogFinding(model, finding.Title, window.Start);
        }
    }

    /// <summary>Whether the log has got rows of the window since it was counted, as a long batch brings them.</summary>
    private async Task<bool> HasNewRowsAsync(ModelName model, WindowSpan span, CancellationToken cancellation)
    {
        long rows = 0;
        await foreach (StoredLogFile file in log.FilesAsync(new(model.ToString(), null, span.Start, span.End), cancellation))
            rows += file.Rows;
        return (await windows.ReadAsync(model, span, cancellation)).Window is { } window && rows > window.Rows;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Model}: {Finding} (window from {Start})")]
    private partial void LogFinding(ModelName model, string finding, DateTimeOffset start);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Model}: the window from {Start} was stored by another check meanwhile and is counted again")]
    private partial void LogRace(ModelName model, DateTimeOffset start);
}

/// <summary>Findings as they are told.</summary>
internal static class Findings
{
    public static Alert Alert(ModelName model, WindowQuality window, QualityFinding finding) => new()
    {
        Model = model.ToString(),
        Kind = finding.Kind,
        Severity = finding.Severity,
        Title = finding.Title,
        Detail = finding.Detail,
        Subject = $"{finding.Version}/{finding.Subject}",
        Window = window.Start.UtcDateTime.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
        Time = window.Computed,
        Runbook = $"docs/quality.md#{finding.Kind}",
    };

    /// <summary>One request however many windows in a row break the rule.</summary>
    public static RetrainingRequest Request(ModelName model, WindowQuality window, QualityFinding finding) => new(
        RetrainingRequest.IdOf(model.ToString(), $"quality:{finding.Subject}", $"{finding.Version}|{finding.Since.UtcDateTime:yyyyMMddHH}"),
        model.ToString(),
        finding.Title,
        new Dictionary<string, string>
        {
            ["kind"] = finding.Kind,
            ["version"] = finding.Version,
            ["metric"] = finding.Subject,
            ["window"] = window.Start.UtcDateTime.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
            ["detail"] = finding.Detail,
        },
        window.Computed);
}
