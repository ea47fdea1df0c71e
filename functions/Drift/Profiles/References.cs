using Tidemark.Drift.Verdicts;
using Tidemark.Platform.Storage;
using Tidemark.Registry;

namespace Tidemark.Drift.Profiles;

/// <summary>What a window is compared with; without a document, why not.</summary>
public sealed record FoundReference(ProfileDocument? Document, string? Note);

/// <summary>
/// The reference of a version: what was uploaded for it; else the data that the version's lineage names under <c>reference</c>; else the first rows
/// of its log. What the training data does not hold, the model's answers, comes from the first rows of the log in any case.
/// </summary>
public sealed class References(ProfileStore profiles, ReferenceData data, LogProfiler log, ModelDirectory directory)
{
    /// <summary>Key of the lineage whose value is a blob <c>container/path</c> of training data.</summary>
    public const string LineageKey = "reference";

    private const int MostSeasons = 8;

    public async Task<FoundReference> ForAsync(VersionReference version, DateTimeOffset hour, DriftSettings settings, CancellationToken cancellation)
    {
        var stored = await profiles.ReferenceAsync(version, cancellation);
        if (stored is null && await OfLineageAsync(version, cancellation) is { } trained)
        {
            await profiles.WriteReferenceAsync(version, trained, tag: "", cancellation);
            stored = await profiles.ReferenceAsync(version, cancellation);
        }

        var found = stored is { } known && known.Document.Outputs.Columns.Count > 0
            ? new FoundReference(known.Document, Note: null)
            : await CompleteAsync(version, hour, stored, settings, cancellation);
        return settings.Policy.Season == Season.None ? found : await SeasonalAsync(version, hour, settings, found, cancellation);
    }

    private async Task<ProfileDocument?> OfLineageAsync(VersionReference version, CancellationToken cancellation)
    {
        var resolved = await directory.ResolveAsync(version.Model, version.Version, cancellation);
        if (!resolved.Ok || !resolved.Value.Manifest.Lineage.TryGetValue(LineageKey, out string? name))
            return null;
        var read = await BlobReference.Parse(name).ThenAsync(blob => data.ReadAsync(version, blob, cancellation));
        return read.Value;
    }

    /// <summary>Takes what is missing from the first rows of the log, once there are enough of them.</summary>
    private async Task<FoundReference> CompleteAsync(
        VersionReference version, DateTimeOffset hour, (ProfileDocument Document, string Tag)? stored, DriftSettings settings, CancellationToken cancellation)
    {
        List<ProfileDocument> windows = [];
        long rows = 0;
        await foreach (DateTimeOffset past in profiles.HoursAsync(version, cancellation))
        {
            if (past > hour || rows >= settings.ReferenceRows)
                break;
            if (await profiles.WindowAsync(version, past, cancellation) is not { Rows: > 0 } window)
                continue;
            windows.Add(window);
            rows += window.Rows;
        }

        if (rows < settings.ReferenceRows)
            return new(stored?.Document, $"{rows} of the first {settings.ReferenceRows} rows of the log are there, which become the reference{(stored is null ? "" : " for the answers")}.");
        var first = ProfileDocument.Merge(windows);
        var thresholds = await log.ThresholdsAsync(version, windows.Select(w => w.From!.Value), cancellation);
        var complete = stored is { } known
            ? known.Document with { Outputs = first.Outputs, Thresholds = (known.Document.Thresholds ?? new Dictionary<string, double>()).Concat(thresholds).DistinctBy(t => t.Key).ToDictionary(StringComparer.Ordinal) }
            : first with { Thresholds = thresholds };
        await profiles.WriteReferenceAsync(version, complete, stored?.Tag ?? "", cancellation);
        var reference = (await profiles.ReferenceAsync(version, cancellation))!.Value.Document;
        return new(reference, $"The reference{(stored is null ? "" : " for the answers")} was made of the first {rows} rows of the log, up to {first.To:u}.");
    }

    /// <summary>Windows of the past of the same season, where there are enough rows of them; the reference profile else.</summary>
    private async Task<FoundReference> SeasonalAsync(VersionReference version, DateTimeOffset hour, DriftSettings settings, FoundReference found, CancellationToken cancellation)
    {
        List<DateTimeOffset> hours = [];
        await foreach (DateTimeOffset past in profiles.HoursAsync(version, cancellation))
        {
            if (settings.Policy.Season.Matches(hour, past))
                hours.Add(past);
        }

        int most = MostSeasons * (settings.Policy.Season switch { Season.HourOfWeek => 1, Season.Weekday => 24, _ => 31 * 24 });
        List<ProfileDocument> windows = [];
        foreach (DateTimeOffset past in hours.TakeLast(most))
        {
            if (await profiles.WindowAsync(version, past, cancellation) is { Rows: > 0 } window)
                windows.Add(window);
        }

        return windows.Sum(w => w.Rows) < settings.ReferenceRows
            ? found with { Note = found.Note ?? $"There are too few rows of the same season yet (less than {settings.ReferenceRows}): compared with the reference." }
            : new(Seasonal(windows, settings), Note: null);
    }

    /// <summary>The windows are the parts of which thresholds are made, where they are asked for.</summary>
    private static ProfileDocument Seasonal(List<ProfileDocument> windows, DriftSettings settings)
    {
        var whole = ProfileDocument.Merge(windows) with { Source = $"{windows.Count} windows of the same season" };
        return settings.Policy.Selection != TestSelection.NannyMl ? whole : whole with
        {
            Thresholds = ReferenceChunks.Thresholds(whole.Inputs, [.. windows.Select(w => w.Inputs)])
                .Concat(ReferenceChunks.Thresholds(whole.Outputs, [.. windows.Select(w => w.Outputs)])).ToDictionary(StringComparer.Ordinal),
        };
    }
}
