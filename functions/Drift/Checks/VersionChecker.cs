using Tidemark.Drift.Profiles;
using Tidemark.Drift.Verdicts;
using Tidemark.Platform.Tabular.Profiles;
using Tidemark.Registry;

namespace Tidemark.Drift.Checks;

/// <summary>What an earlier check of an hour may have left.</summary>
/// <param name="Begun">Whether there was one.</param>
/// <param name="Logged">Files and rows that the log has of the version now: a stored profile of as many is taken as it is; null: none is.</param>
public sealed record EarlierWork(bool Begun, (int Files, long Rows)? Logged);

/// <summary>Checks one version in one hour: profile of the log, reference, verdicts, what follows. Repeating it gives the same.</summary>
public sealed class VersionChecker(
    LogProfiler profiler, ProfileStore profiles, References references, CheckBlobs results, CheckTable table, Announcements announcements)
{
    /// <summary>How far back the last verdict counts as the window before, for drift that has to persist: a night without requests ends no streak.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromHours(24);

    public async Task<VersionCheck> CheckAsync(
        VersionReference version, DateTimeOffset hour, DriftSettings settings, EarlierWork earlier, Func<Task> alive, CancellationToken cancellation)
    {
        var window = await ProfileAsync(version, hour, earlier, alive, cancellation);
        var current = await WidenAsync(version, window, settings, cancellation);
        var reference = await references.ForAsync(version, hour, settings, cancellation);
        var before = await BeforeAsync(version, hour, cancellation);
        var check = Compare(version, hour, current, reference, settings.Policy, before);
        check = check with { Told = await ToldAsync(version, check, before, earlier, cancellation) };

        await results.WriteAsync(version, check, cancellation);
        await announcements.SendAsync(version, check, settings, cancellation);
        await table.PutAsync(VerdictRow.Of(check), cancellation);
        return check;
    }

    private async Task<ProfileDocument> ProfileAsync(VersionReference version, DateTimeOffset hour, EarlierWork earlier, Func<Task> alive, CancellationToken cancellation)
    {
        if (earlier.Logged is { } logged && await profiles.WindowAsync(version, hour, cancellation) is { Unreadable: 0 } known && (known.Files, known.Rows) == logged)
            return known;
        var window = await profiler.HourAsync(version, hour, alive, cancellation);
        await profiles.WriteWindowAsync(version, hour, window, cancellation);
        return window;
    }

    /// <summary>
    /// Under which hours drifts are told that are told already, but under others than that of their beginning: by the window before, by an earlier check of
    /// this hour, or by a later hour, which was checked before this one.
    /// </summary>
    private async Task<Dictionary<string, DateTimeOffset>?> ToldAsync(VersionReference version, VersionCheck check, VersionCheck? before, EarlierWork earlier, CancellationToken cancellation)
    {
        VersionCheck? old = earlier.Begun ? await results.ReadAsync(version, check.Hour, cancellation) : null;
        List<VersionCheck> later = [];
        if (old is not null && check.Since.Count > 0)
        {
            await foreach (VerdictRow row in table.VerdictsAsync(version.Model, check.Hour.AddHours(1), check.Hour + Memory, cancellation))
            {
                if (row.ToPoint() is { } point && point.Version == version.Version.ToString() && await results.ReadAsync(version, point.Hour, cancellation) is { } found)
                    later.Add(found);
            }
        }

        var told = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach ((string subject, DateTimeOffset since) in check.Since)
        {
            DateTimeOffset known = new[] { before, old }.Concat(later).FirstOrDefault(c => c?.Alarms(subject) == true)?.ToldAs(subject) ?? before?.ToldAs(subject) ?? since;
            if (known != since)
                told[subject] = known;
        }

        return told.Count > 0 ? told : null;
    }

    /// <summary>The verdicts on a window, from profiles alone.</summary>
    internal static VersionCheck Compare(
        VersionReference version, DateTimeOffset hour, ProfileDocument current, FoundReference reference, DriftPolicy policy, VersionCheck? before)
    {
        var check = new VersionCheck
        {
            Model = version.Model.ToString(),
            Version = version.Version.ToString(),
            Hour = hour,
            From = current.From!.Value,
            To = current.To!.Value,
            Rows = current.Rows,
            Unreadable = current.Unreadable,
            Reference = reference.Document?.Source,
            Note = reference.Note,
        };
        if (reference.Document is not { } known || current.Rows == 0)
            return check with { Note = current.Rows == 0 ? "No rows were logged." : check.Note };

        check = check with
        {
            Features = Verdict(known, known.Inputs, current.Inputs, policy, before?.Features),
            Predictions = Verdict(known, known.Outputs, current.Outputs, policy, before?.Predictions),
        };
        return check with { Since = Since(check, before), Note = check.Features is null && check.Predictions is null ? $"The reference ({known.Source}) has none of the logged columns." : check.Note };
    }

    /// <summary>Compares the columns that the log has: a label in the training data is none of them.</summary>
    private static DriftVerdict? Verdict(ProfileDocument known, Profile reference, Profile current, DriftPolicy policy, DriftVerdict? before)
    {
        Profile shared = reference.Select(c => current.Find(c.Name) is not null);
        return shared.Columns.Count == 0 ? null : DriftComparison.Compare(shared, current, policy, before, known.Thresholds);
    }

    private static Dictionary<string, DateTimeOffset> Since(VersionCheck check, VersionCheck? before)
    {
        List<string> drifting = [.. check.Columns().Where(c => c.Streak > 0).Select(c => c.Column)];
        if (check.Features is { Streak: > 0 })
            drifting.Add(Announcements.AllFeatures);
        if (check.Predictions is { Streak: > 0 })
            drifting.Add(Announcements.AllPredictions);
        return drifting.ToDictionary(c => c, c => before?.Since.TryGetValue(c, out DateTimeOffset since) == true ? since : check.Hour, StringComparer.Ordinal);
    }

    /// <summary>The hour with those before it that the settings want compared together.</summary>
    private async Task<ProfileDocument> WidenAsync(VersionReference version, ProfileDocument window, DriftSettings settings, CancellationToken cancellation)
    {
        List<ProfileDocument> parts = [];
        for (int back = settings.WindowHours - 1; back > 0; back--)
        {
            if (await profiles.WindowAsync(version, window.From!.Value.AddHours(-back), cancellation) is { } part)
                parts.Add(part);
        }

        return parts.Count == 0 ? window : ProfileDocument.Merge([.. parts, window]);
    }

    private async Task<VersionCheck?> BeforeAsync(VersionReference version, DateTimeOffset hour, CancellationToken cancellation)
    {
        DateTimeOffset? last = null;
        await foreach (VerdictRow row in table.VerdictsAsync(version.Model, hour - Memory, hour, cancellation))
        {
            if (row.HasVerdict && row.ToPoint() is { } point && point.Version == version.Version.ToString())
                last = point.Hour;
        }

        return last is { } found ? await results.ReadAsync(version, found, cancellation) : null;
    }
}
