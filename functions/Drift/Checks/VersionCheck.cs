using Tidemark.Drift.Verdicts;

namespace Tidemark.Drift.Checks;

/// <summary>What the check of an hour found for a model version. Stored as <c>profiles/{model}/{version}/checks/{yyyy}/{MM}/{dd}/{HH}.json</c>.</summary>
public sealed record VersionCheck
{
    public required string Model { get; init; }

    public required string Version { get; init; }

    /// <summary>Beginning of the hour that was checked.</summary>
    public required DateTimeOffset Hour { get; init; }

    /// <summary>Beginning of what was compared: the hour, or earlier where the settings ask for wider windows.</summary>
    public required DateTimeOffset From { get; init; }

    public required DateTimeOffset To { get; init; }

    /// <summary>Rows compared.</summary>
    public required long Rows { get; init; }

    /// <summary>Files of the log that could not be read.</summary>
    public int Unreadable { get; init; }

    /// <summary>Where the reference comes from; null where there is none yet.</summary>
    public string? Reference { get; init; }

    /// <summary>Why there is no verdict, or what is special about it.</summary>
    public string? Note { get; init; }

    /// <summary>On the input columns.</summary>
    public DriftVerdict? Features { get; init; }

    /// <summary>On what the model answered, and how confident it was.</summary>
    public DriftVerdict? Predictions { get; init; }

    /// <summary>For each column that drifts, and as <c>*</c> and <c>output.*</c> for the data set and the predictions, the hour since which it does.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> Since { get; init; } = new Dictionary<string, DateTimeOffset>();

    /// <summary>
    /// Under which hour each of those is told, where that is another: when rows that came late move the beginning of a drift that people know of,
    /// it stays the same alert.
    /// </summary>
    public IReadOnlyDictionary<string, DateTimeOffset>? Told { get; init; }

    /// <summary>The hour that names the alert on a column, or on <c>*</c> and <c>output.*</c>; null where it does not drift.</summary>
    public DateTimeOffset? ToldAs(string subject) =>
        Told?.TryGetValue(subject, out DateTimeOffset told) == true ? told : Since.TryGetValue(subject, out DateTimeOffset since) ? since : null;

    /// <summary>Whether there is an alarm on a column, or on <c>*</c> and <c>output.*</c>.</summary>
    public bool Alarms(string subject) => subject switch
    {
        Announcements.AllFeatures => Features?.Alarm == true,
        Announcements.AllPredictions => Predictions?.Alarm == true,
        _ => Columns().Any(c => c.Column == subject && c.Alarm),
    };

    /// <summary>Both verdicts' columns.</summary>
    public IEnumerable<ColumnVerdict> Columns() => (Features?.Columns ?? []).Concat(Predictions?.Columns ?? []);
}

/// <summary>What the check of an hour found for a model.</summary>
public sealed record CheckReport(string Model, DateTimeOffset Hour, IReadOnlyList<VersionCheck> Versions);

/// <summary>Several hours.</summary>
public sealed record CheckReports(IReadOnlyList<CheckReport> Checks);
