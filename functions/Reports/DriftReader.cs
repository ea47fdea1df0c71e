using System.Text.Json;
using Tidemark.Drift;
using Tidemark.Drift.Checks;
using Tidemark.Drift.Profiles;
using Tidemark.Drift.Verdicts;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Monitoring;
using Tidemark.Platform.Tabular.Profiles;
using Tidemark.Registry;

namespace Tidemark.Reports;

/// <summary>Reads what the drift checks stored, and compares the whole time of a report with the reference.</summary>
public sealed class DriftReader(CheckTable table, ProfileStore profiles, MonitoringStore monitoring)
{
    /// <summary>Time before the end that "over time" shows, where the report is shorter.</summary>
    private static readonly TimeSpan Past = TimeSpan.FromDays(7);

    private const int ReadAtOnce = 8;

    /// <summary>What chance, or an effect too small, explains is no drift, however far beyond its threshold.</summary>
    private const double Border = 0.99;

    /// <summary>Every checked hour of the model up to the report's end.</summary>
    public async Task<IReadOnlyList<SeriesPoint>> HistoryAsync(ReportId id, CancellationToken cancellation)
    {
        DateTimeOffset from = id.To - Past < id.From ? id.To - Past : id.From;
        List<SeriesPoint> points = [];
        await foreach (VerdictRow row in table.VerdictsAsync(id.Model, from, id.To, cancellation))
            points.Add(row.ToPoint());
        return points;
    }

    /// <summary>Whether the check of an hour is stored.</summary>
    public async Task<bool> IsCheckedAsync(ModelName model, DateTimeOffset hour, CancellationToken cancellation) =>
        await table.FindAsync<RunRow>(model, RunRow.Key(hour), cancellation) is { Done: not null };

    /// <summary>The first hour from <paramref name="from"/> on that has a verdict; null when there is none.</summary>
    public async Task<DateTimeOffset?> FirstAsync(ModelName model, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation)
    {
        await foreach (VerdictRow row in table.VerdictsAsync(model, from, to, cancellation))
            return row.ToPoint().Hour;
        return null;
    }

    public async Task<DriftSection> ReadAsync(ReportId id, ModelVersion version, IReadOnlyList<SeriesPoint> history, CancellationToken cancellation)
    {
        var name = new VersionReference(id.Model, version);
        SeriesPoint[] mine = [.. history.Where(p => p.Version == version.ToString())];
        DriftPoint[] shown = [.. mine.Select(PointOf)];
        ProfileDocument[] windows = await WindowsAsync(name, [.. mine.Where(p => p.Hour >= id.From).Select(p => p.Hour)], cancellation);
        if (windows.Length == 0)
            return new("No hour of this time was checked, or none had rows.", null, 0, 0, null, null, shown);
        if (await profiles.ReferenceAsync(name, cancellation) is not { } reference)
            return new(mine.LastOrDefault(p => p.Note is not null)?.Note ?? "There is no reference yet.", null, 0, windows.Sum(w => w.Rows), null, null, shown);

        ProfileDocument before = reference.Document, now = ProfileDocument.Merge(windows);
        VersionCheck check = VersionChecker.Compare(name, id.From, now, new(before, null), await PolicyAsync(id.Model, cancellation), before: null);
        SeriesPoint[] hours = [.. mine.Where(p => p.Hour >= id.From)];
        return new(
            check.Note, before.Source, before.Rows, now.Rows,
            VerdictOf(check.Features, hours, hours.Any(p => p.Alarm), before.Inputs, now.Inputs), VerdictOf(check.Predictions, hours, false, before.Outputs, now.Outputs), shown);
    }

    private async Task<ProfileDocument[]> WindowsAsync(VersionReference version, DateTimeOffset[] hours, CancellationToken cancellation)
    {
        var read = new ProfileDocument?[hours.Length];
        var options = new ParallelOptions { MaxDegreeOfParallelism = ReadAtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(Enumerable.Range(0, hours.Length), options, async (i, stop) => read[i] = await profiles.WindowAsync(version, hours[i], stop));
        return [.. read.OfType<ProfileDocument>().Where(w => w.Rows > 0)];
    }

    private async Task<DriftPolicy> PolicyAsync(ModelName model, CancellationToken cancellation)
    {
        MonitoringDocument document = await monitoring.ReadAsync(model.ToString(), cancellation);
        Outcome<DriftSettings> settings = document.Settings[DriftSettings.Section] is { } section ? DriftSettings.Parse(JsonSerializer.SerializeToElement(section)) : new DriftSettings();
        return settings.Value?.Policy ?? DriftPolicy.Default;
    }

    private static ColumnsVerdict? VerdictOf(DriftVerdict? verdict, SeriesPoint[] hours, bool alarm, Profile before, Profile now) => verdict is null ? null : new(
        verdict.Drifted, alarm, verdict.Share, verdict.Threshold, verdict.FalseAlarmRate, verdict.Reason,
        [.. verdict.Columns.Select(c => ColumnOf(c, hours, before, now)).OrderByDescending(c => c.Alarm).ThenByDescending(c => c.Drifted).ThenByDescending(c => c.Drifted ? c.Effect : 0)]);

    private static ColumnReport ColumnOf(ColumnVerdict column, SeriesPoint[] hours, Profile before, Profile now)
    {
        ColumnPoint[] points = [.. hours.SelectMany(h => h.Columns).Where(c => c.Column == column.Column)];
        return new()
        {
            Column = column.Column,
            Kind = column.Kind,
            Test = column.Test is { } test ? JsonSerializer.SerializeToNode(test)!.GetValue<string>() : null,
            Statistic = column.Statistic,
            PValue = column.PValue,
            Threshold = column.Threshold,
            Drifted = column.Drifted,
            Alarm = points.Any(p => p.Alarm),
            DriftedHours = points.Count(p => p.Drifted),
            ReferenceCount = column.ReferenceCount,
            CurrentCount = column.CurrentCount,
            Effect = column.Effect,
            FalseAlarmRate = column.FalseAlarmRate,
            Error = column.Error,
            MissingReference = column.Missing?.Reference ?? 0,
            MissingCurrent = column.Missing?.Current ?? 0,
            Unseen = [.. column.Unseen.Select(u => new UnseenShare(u.Category, u.Share))],
            Reason = column.Reason,
            Distribution = Distributions.Of(before.Find(column.Column), before.Rows, now.Find(column.Column), now.Rows, column.Kind == "numeric"),
        };
    }

    private static DriftPoint PointOf(SeriesPoint point) => new(
        point.Hour, point.Version, point.Rows, point.Share, point.Drifted, point.Alarm, [.. point.Columns.Select(c => new ColumnStrength(c.Column, Strength(c) is { } s && !c.Drifted ? Math.Min(s, Border) : Strength(c), c.Drifted))]);

    private static double? Strength(ColumnPoint column) => column switch
    {
        { Threshold: not > 0 } => null,
        { PValue: { } p, Threshold: { } level } => level < 1 ? Math.Min(100, Math.Log(Math.Max(p, 1e-300)) / Math.Log(level)) : null,
        { Statistic: { } distance, Threshold: { } threshold } => Math.Min(100, distance / threshold),
        _ => null,
    };
}
