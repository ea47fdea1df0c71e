using System.Text;
using OpenTelemetry.Metrics;

namespace Tidemark.Platform.Telemetry;

/// <summary>Names as Prometheus has them.</summary>
internal static class PrometheusName
{
    private static readonly Dictionary<string, string> Units = new(StringComparer.Ordinal)
    {
        ["s"] = "seconds",
        ["ms"] = "milliseconds",
        ["us"] = "microseconds",
        ["ns"] = "nanoseconds",
        ["min"] = "minutes",
        ["h"] = "hours",
        ["d"] = "days",
        ["By"] = "bytes",
        ["KiBy"] = "kibibytes",
        ["MiBy"] = "mebibytes",
        ["%"] = "percent",
    };

    /// <summary>E.g. <c>tidemark.predict.duration</c> in <c>s</c> becomes <c>tidemark_predict_duration_seconds</c>.</summary>
    public static string Of(Metric metric)
    {
        string name = Clean(metric.Name);
        bool counter = metric.MetricType is MetricType.LongSum or MetricType.DoubleSum;
        if (Unit(metric) is { } unit && !name.EndsWith("_" + unit, StringComparison.Ordinal)) name += "_" + unit;
        return counter && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
    }

    /// <summary>A label's name; it knows no colon.</summary>
    public static string Label(string key) => Clean(key).Replace(':', '_');

    private static string? Unit(Metric metric) => metric.Unit switch
    {
        "" or null => null,
        // Annotations such as {request} say what is counted; they are no unit.
        ['{', ..] => null,
        "1" => metric.MetricType is MetricType.LongGauge or MetricType.DoubleGauge ? "ratio" : null,
        var unit => Units.TryGetValue(unit, out string? word) ? word : Clean(unit),
    };

    /// <summary>Runs of characters that may not stand in a name become one underscore; a leading digit gets one before it.</summary>
    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length + 1);
        if (text is [>= '0' and <= '9', ..]) clean.Append('_');
        foreach (char c in text)
        {
            char kept = char.IsAsciiLetterOrDigit(c) || c == ':' ? c : '_';
            if (kept != '_' || clean.Length == 0 || clean[^1] != '_') clean.Append(kept);
        }

        return clean.ToString();
    }
}
