using System.Globalization;
using Tidemark.Drift.Verdicts;
using Tidemark.Platform.Alerts;
using Tidemark.Platform.Retraining;
using Tidemark.Registry;

namespace Tidemark.Drift.Checks;

/// <summary>Tells people of drift, and asks for a new model when it persists. What it sends has the same id when it is sent again.</summary>
public sealed class Announcements(AlertSender alerts, RetrainingSender retraining, CheckTable table, TimeProvider time)
{
    /// <summary>Stands for all input columns in <see cref="VersionCheck.Since"/>.</summary>
    public const string AllFeatures = "*";

    /// <summary>Stands for all answers in <see cref="VersionCheck.Since"/>.</summary>
    public const string AllPredictions = "output.*";

    private const string Runbook = "docs/monitoring.md#when-an-alert-comes";

    public async Task SendAsync(VersionReference version, VersionCheck check, DriftSettings settings, CancellationToken cancellation)
    {
        foreach (Alert alert in AlertsOf(check))
            await alerts.SendAsync(alert with { Time = time.GetUtcNow() }, cancellation);
        if (RequestOf(check, settings.Retraining) is { } request)
            await AskAsync(version.Model, check, settings.Retraining, request with { Time = time.GetUtcNow() }, cancellation);
    }

    /// <summary>One for the data set when it is in alarm, else one for each column that is; one for the predictions.</summary>
    internal static IEnumerable<Alert> AlertsOf(VersionCheck check)
    {
        if (check.Features is { Alarm: true } all)
            yield return Alert(check, "drift", AlertSeverity.Critical, AllFeatures, $"{check.Model}: the inputs drift", $"{all.Reason} {Reasons(all)}");
        foreach (ColumnVerdict column in check.Features is { Alarm: false } some ? some.Columns.Where(c => c.Alarm) : [])
            yield return Alert(check, "drift", AlertSeverity.Warning, column.Column, $"{check.Model}: {column.Column} drifts", column.Reason);
        foreach (ColumnVerdict column in (check.Predictions?.Columns ?? []).Where(c => c.Alarm))
            yield return Alert(check, "prediction-drift", AlertSeverity.Warning, column.Column, $"{check.Model}: {column.Column} drifts", column.Reason);
    }

    /// <summary>What persists long enough; null when nothing does.</summary>
    internal static RetrainingRequest? RequestOf(VersionCheck check, RetrainingRule rule)
    {
        if (!rule.Enabled || check.Features is not { } features)
            return null;
        List<ColumnVerdict> keys = [.. features.Columns.Where(c => rule.Columns.Contains(c.Column, StringComparer.Ordinal) && c.Streak >= rule.Windows)];
        if (features.Streak < rule.Windows && keys.Count == 0)
            return null;

        string subject = features.Streak >= rule.Windows ? AllFeatures : keys[0].Column;
        var evidence = features.Columns.Where(c => c.Drifted).ToDictionary(c => c.Column, c => c.Reason, StringComparer.Ordinal);
        evidence["version"] = check.Version;
        evidence["since"] = check.Since[subject].ToString("u", CultureInfo.InvariantCulture);
        evidence["windows"] = Math.Max(features.Streak, keys.Select(k => k.Streak).DefaultIfEmpty(0).Max()).ToString(CultureInfo.InvariantCulture);
        string reason = subject == AllFeatures ? $"The inputs of version {check.Version} have drifted for {features.Streak} windows." : $"{subject} has drifted for {keys[0].Streak} windows.";
        return new(RetrainingRequest.IdOf(check.Model, "drift", $"{check.Version}|{check.Hour:u}"), check.Model, reason, evidence, check.Hour);
    }

    /// <summary>Sends unless an earlier check did within the cool-down; sent first and noted then, so that a killed check sends the same again.</summary>
    private async Task AskAsync(ModelName model, VersionCheck check, RetrainingRule rule, RetrainingRequest request, CancellationToken cancellation)
    {
        var last = await table.FindAsync<RetrainingRow>(model, RetrainingRow.Key, cancellation);
        if (last is not null && last.Hour != check.Hour && (check.Hour < last.Hour || check.Hour - last.Hour < TimeSpan.FromHours(rule.CoolDownHours)))
            return;
        await retraining.SendAsync(request, cancellation);
        await table.PutAsync(new RetrainingRow { PartitionKey = model.ToString(), RowKey = RetrainingRow.Key, Hour = check.Hour, RequestId = request.Id }, cancellation);
    }

    private static Alert Alert(VersionCheck check, string kind, AlertSeverity severity, string subject, string title, string detail) => new()
    {
        Model = check.Model,
        Kind = kind,
        Severity = severity,
        Title = title,
        Detail = $"{detail} Version {check.Version}, {check.Rows} rows from {check.From:u} to {check.To:u}, drifting since {Since(check, subject):u}.",
        Subject = $"{check.Version}/{subject}",
        Window = (check.ToldAs(subject) ?? check.Hour).ToString("u", CultureInfo.InvariantCulture),
        Time = check.Hour,
        Runbook = Runbook,
    };

    private static DateTimeOffset Since(VersionCheck check, string subject) => check.Since.TryGetValue(subject, out DateTimeOffset since) ? since : check.Hour;

    private static string Reasons(DriftVerdict verdict) => string.Join(' ', verdict.Columns.Where(c => c.Drifted).Take(10).Select(c => $"{c.Column}: {c.Reason}"));
}
