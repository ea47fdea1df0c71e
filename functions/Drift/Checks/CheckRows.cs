using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;

namespace Tidemark.Drift.Checks;

/// <summary>Row of table <c>drift</c>; partition = model.</summary>
public abstract class DriftRow : ITableEntity
{
    public string PartitionKey { get; set; } = "";

    public string RowKey { get; set; } = "";

    public DateTimeOffset? Timestamp { get; set; }

    public ETag ETag { get; set; }

    internal static string HourText(DateTimeOffset hour) => hour.UtcDateTime.ToString("yyyyMMddHH", CultureInfo.InvariantCulture);

    internal static DateTimeOffset HourOf(string text) =>
        DateTimeOffset.ParseExact(text, "yyyyMMddHH", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}

/// <summary>The check of a model and an hour: inserted once, by whoever runs it (promise I9). Key <c>run|{hour}</c>.</summary>
public sealed class RunRow : DriftRow
{
    public const string Prefix = "run|";

    /// <summary>Set when everything that follows from the check is stored and sent.</summary>
    public DateTimeOffset? Done { get; set; }

    /// <summary>Who works on it.</summary>
    public string Owner { get; set; } = "";

    /// <summary>Until when the owner has it without a sign of life.</summary>
    public DateTimeOffset LeaseUntil { get; set; }

    /// <summary>Versions that had rows, separated by blanks.</summary>
    public string Versions { get; set; } = "";

    /// <summary>Files and rows of the log that the check found, see <see cref="LoggedHour.Seen"/>; empty before it is done.</summary>
    public string Seen { get; set; } = "";

    public DateTimeOffset Hour => HourOf(RowKey[Prefix.Length..]);

    public static string Key(DateTimeOffset hour) => Prefix + HourText(hour);
}

/// <summary>What was found for a version, for time series. Key <c>verdict|{hour}|{version}</c>.</summary>
public sealed class VerdictRow : DriftRow
{
    public const string Prefix = "verdict|";

    /// <summary>A table's text holds 32,768 characters.</summary>
    private const int LongestColumns = 30_000;

    public long Rows { get; set; }

    public bool HasVerdict { get; set; }

    public bool Drifted { get; set; }

    public bool Alarm { get; set; }

    public double? Share { get; set; }

    public bool PredictionsDrifted { get; set; }

    public string? Note { get; set; }

    /// <summary>JSON of a list of <see cref="ColumnPoint"/>; only those that drift where all are too many for a row.</summary>
    public string Columns { get; set; } = "[]";

    public static VerdictRow Of(VersionCheck check) => new()
    {
        PartitionKey = check.Model,
        RowKey = $"{Prefix}{HourText(check.Hour)}|{check.Version}",
        Rows = check.Rows,
        HasVerdict = check.Features is not null || check.Predictions is not null,
        Drifted = check.Features?.Drifted ?? false,
        Alarm = check.Features?.Alarm ?? false,
        Share = check.Features?.Share,
        PredictionsDrifted = check.Predictions?.Columns.Any(c => c.Drifted) ?? false,
        Note = check.Note,
        Columns = Text([.. check.Columns().Select(ColumnPoint.Of)]),
    };

    public SeriesPoint ToPoint()
    {
        string[] key = RowKey.Split('|');
        return new(HourOf(key[1]), key[2], Rows, Drifted, Alarm, Share, PredictionsDrifted, Note, JsonSerializer.Deserialize(Columns, CheckJson.Default.ColumnPointArray)!);
    }

    private static string Text(ColumnPoint[] points)
    {
        string all = JsonSerializer.Serialize(points, CheckJson.Default.ColumnPointArray);
        if (all.Length <= LongestColumns)
            return all;
        string drifted = JsonSerializer.Serialize([.. points.Where(p => p.Drifted).Take(100)], CheckJson.Default.ColumnPointArray);
        return drifted.Length <= LongestColumns ? drifted : "[]";
    }
}

/// <summary>The last request for a new model that drift made. Key <c>retraining</c>.</summary>
public sealed class RetrainingRow : DriftRow
{
    public const string Key = "retraining";

    /// <summary>The hour whose check made it.</summary>
    public DateTimeOffset Hour { get; set; }

    public string RequestId { get; set; } = "";
}
