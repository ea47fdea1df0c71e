using System.Globalization;
using Tidemark.Platform.Pages;

namespace Tidemark.Reports.Page;

/// <summary>Figures as people read them, already HTML.</summary>
internal static class Figures
{
    public static string Number(double? value) => value is { } v ? v.ToString(Math.Abs(v) is >= 10000 or (> 0 and < 0.0001) ? "0.##E0" : "G4", CultureInfo.InvariantCulture) : "";

    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Percent(double? value) => value is { } v ? (v is > 0 and < 0.001 ? "<\u00A00.1" : (100 * v).ToString(v is 0 or 1 ? "0" : "0.0", CultureInfo.InvariantCulture)) + " %" : "";

    public static string Range(double? low, double? high) => low is null || high is null ? "" : $"{Number(low)} – {Number(high)}";

    public static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string Minute(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>A day where it is one, else both ends.</summary>
    public static string Span(DateTimeOffset from, DateTimeOffset to) =>
        to - from == TimeSpan.FromDays(1) && from.UtcDateTime.TimeOfDay == TimeSpan.Zero ? $"{from.UtcDateTime.ToString("dddd", CultureInfo.InvariantCulture)}, {Day(from)}" : $"{Minute(from)} to {Minute(to)} UTC";

    public static string Word(ReportLevel level) => level switch
    {
        ReportLevel.Alarm => "alarm",
        ReportLevel.Attention => "look",
        ReportLevel.Good => "good",
        _ => "unknown",
    };

    public static string Badge(ReportLevel level, string? text = null) => $"<span class=\"badge {Word(level)}\">{PageTemplate.Html(text ?? Word(level))}</span>";

    public static string Badge(ColumnReport column) =>
        column.Alarm ? Badge(ReportLevel.Alarm, "lasting drift") : column.Drifted ? Badge(ReportLevel.Attention, "drift") : column.Test is null ? Badge(ReportLevel.Unknown, "not tested") : Badge(ReportLevel.Good, "steady");

    /// <summary>The name that literature gives a test.</summary>
    public static string Test(string? test) => test switch
    {
        null => "",
        "ks" => "Kolmogorov-Smirnov",
        "chisquare" => "Chi-square",
        "z" => "Z (proportions)",
        "wasserstein" => "Wasserstein, normed",
        "wasserstein_raw" => "Wasserstein",
        "jensenshannon" => "Jensen-Shannon",
        "psi" => "PSI",
        "kl_div" => "Kullback-Leibler",
        "tvd" => "Total variation",
        _ => char.ToUpperInvariant(test[0]) + test[1..].Replace('_', ' '),
    };

    /// <summary>What is compared with the threshold.</summary>
    public static string Measured(ColumnReport column) => column.PValue is { } p ? $"p = {Number(p)}" : Number(column.Statistic);

    public static string Limit(ColumnReport column) => column.Threshold is { } threshold ? $"{(column.PValue is null ? "≥" : "&lt;")} {Number(threshold)}" : "";

    public static string Metric(string name) => name switch
    {
        "roc_auc" => "ROC AUC",
        "pr_auc" => "PR AUC",
        "f1" => "F1",
        "r2" => "R²",
        "mse" or "rmse" or "mae" or "mape" => name.ToUpperInvariant(),
        "" => "",
        _ => char.ToUpperInvariant(name[0]) + name[1..].Replace('_', ' '),
    };
}
