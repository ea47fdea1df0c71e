using System.Text.Json;
using Tidemark.Drift.Profiles;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Monitoring;
using Tidemark.Registry;

namespace Tidemark.Drift.Checks;

/// <summary>Reads what the checks found.</summary>
public sealed class DriftHistory(CheckTable table, ProfileStore profiles, MonitoringStore monitoring, TimeProvider time)
{
    private const int MostWindows = 31 * 24;

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>One point an hour and version.</summary>
    public async Task<Outcome<DriftSeries>> SeriesAsync(DriftRange range, CancellationToken cancellation)
    {
        List<SeriesPoint> points = [];
        await foreach (VerdictRow row in table.VerdictsAsync(range.Model, range.From, range.To, cancellation))
        {
            var point = row.ToPoint();
            if (range.Version is null || point.Version == range.Version.ToString())
                points.Add(point);
        }

        return new DriftSeries(range.Model.ToString(), range.From, range.To, points);
    }

    /// <summary>The verdict on all windows of a range as one, by the model's settings as they are now.</summary>
    public async Task<Outcome<VersionCheck>> MergedAsync(DriftRange range, CancellationToken cancellation)
    {
        var version = new VersionReference(range.Model, range.Version!.Value);
        if (await profiles.ReferenceAsync(version, cancellation) is not { } reference)
            return NotFound($"Version {version} has no reference profile yet. PUT /api/models/{version.Model}/versions/{version.Version}/reference stores one.");
        List<ProfileDocument> windows = [];
        await foreach (DateTimeOffset hour in profiles.HoursAsync(version, cancellation))
        {
            if (hour >= range.From && hour < range.To && windows.Count < MostWindows && await profiles.WindowAsync(version, hour, cancellation) is { } window)
                windows.Add(window);
        }

        if (windows.Count == 0)
            return NotFound($"Version {version} has no checked window between {range.From:u} and {range.To:u}.");
        var document = await monitoring.ReadAsync(range.Model.ToString(), cancellation);
        var settings = document.Settings[DriftSettings.Section] is { } section ? DriftSettings.Parse(JsonSerializer.SerializeToElement(section)) : new DriftSettings();
        return settings.Map(s => VersionChecker.Compare(version, range.From, ProfileDocument.Merge(windows), new(reference.Document, null), s.Policy, before: null));
    }

    private static Failure NotFound(string detail) => new(FailureKind.NotFound, "Nothing to compare", detail);
}
