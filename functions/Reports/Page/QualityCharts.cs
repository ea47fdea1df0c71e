using System.Globalization;
using System.Text.Json.Nodes;
using Tidemark.Platform.Pages;

namespace Tidemark.Reports.Page;

/// <summary>Charts of quality over time and of calibration.</summary>
internal static class QualityCharts
{
    private const string Realized = "#2563eb", Estimated = "#7c3aed", Border = "#d9480f";

    /// <summary>One metric over time: realised with its interval, estimated dashed, the borders of the estimate.</summary>
    public static JsonObject OverTime(string metric, IEnumerable<QualityPoint> points, double? baseline)
    {
        var values = new JsonArray([.. points.OrderBy(p => p.Start).Select(p => (JsonNode)new JsonObject
        {
            ["start"] = p.Start.UtcDateTime.ToString("yyyy-MM-dd'T'HH':'mm':00Z'", CultureInfo.InvariantCulture),
            ["realized"] = p.Realized, ["low"] = p.Low, ["high"] = p.High, ["labelled"] = p.Labelled,
            ["estimate"] = p.Estimate, ["elow"] = p.EstimateLow, ["ehigh"] = p.EstimateHigh, ["lower"] = p.Lower, ["upper"] = p.Upper,
        })]);
        var layers = new JsonArray(
            Band("low", "high", Realized), Line("realized", Realized, "realised", dashed: false), Line("estimate", Estimated, "estimated", dashed: true), Line("lower", Border, "alert below", dashed: true, points: false));
        if (baseline is { } level)
        {
            layers.Add(new JsonObject
            {
                ["data"] = new JsonObject { ["values"] = new JsonArray(new JsonObject { ["level"] = level }) },
                ["mark"] = new JsonObject { ["type"] = "rule", ["color"] = "#94a3b8", ["strokeDash"] = new JsonArray(2, 3) },
                ["encoding"] = new JsonObject { ["y"] = new JsonObject { ["field"] = "level", ["type"] = "quantitative" } },
            });
        }

        return new()
        {
            ["title"] = Figures.Metric(metric),
            ["description"] = $"{Figures.Metric(metric)} over time, realised and estimated",
            ["width"] = 340,
            ["height"] = 150,
            ["data"] = new JsonObject { ["values"] = values },
            ["layer"] = layers,
        };
    }

    /// <summary>Observed share against mean score, in bins; on the diagonal the scores are probabilities.</summary>
    public static JsonObject Calibration(IReadOnlyList<CalibrationPoint> points)
    {
        var values = new JsonArray([.. points.Select(p => (JsonNode)new JsonObject { ["score"] = p.MeanScore, ["observed"] = p.Observed, ["rows"] = p.N })]);
        static JsonObject Axis(string field, string title) => new()
        {
            ["field"] = field,
            ["type"] = "quantitative",
            ["title"] = title,
            ["scale"] = new JsonObject { ["domain"] = new JsonArray(0, 1) },
            ["axis"] = new JsonObject { ["tickCount"] = 5 },
        };
        return new()
        {
            ["description"] = "Calibration: observed share of positives against mean score",
            ["width"] = 260,
            ["height"] = 260,
            ["layer"] = new JsonArray(
                new JsonObject
                {
                    ["data"] = new JsonObject { ["values"] = new JsonArray(new JsonObject { ["score"] = 0, ["observed"] = 0 }, new JsonObject { ["score"] = 1, ["observed"] = 1 }) },
                    ["mark"] = new JsonObject { ["type"] = "line", ["color"] = "#94a3b8", ["strokeDash"] = new JsonArray(4, 3) },
                    ["encoding"] = new JsonObject { ["x"] = Axis("score", "mean score"), ["y"] = Axis("observed", "share of positives") },
                },
                new JsonObject
                {
                    ["data"] = new JsonObject { ["values"] = values },
                    ["layer"] = new JsonArray(
                        new JsonObject { ["mark"] = new JsonObject { ["type"] = "line", ["color"] = Realized } },
                        new JsonObject
                        {
                            ["mark"] = new JsonObject { ["type"] = "point", ["filled"] = true, ["color"] = Realized, ["opacity"] = 1 },
                            ["encoding"] = new JsonObject
                            {
                                ["size"] = new JsonObject { ["field"] = "rows", ["type"] = "quantitative", ["legend"] = null, ["scale"] = new JsonObject { ["range"] = new JsonArray(20, 260) } },
                                ["tooltip"] = DriftCharts.Tooltip(("score", "mean score", ".3f"), ("observed", "positives", ".1%"), ("rows", "rows", ",")),
                            },
                        }),
                    ["encoding"] = new JsonObject { ["x"] = Axis("score", "mean score"), ["y"] = Axis("observed", "share of positives") },
                }),
        };
    }

    private static JsonObject Time() => new()
    {
        ["field"] = "start",
        ["type"] = "temporal",
        ["scale"] = new JsonObject { ["type"] = "utc" },
        ["title"] = null,
        ["axis"] = ChartTime.Axis(),
    };

    private static JsonObject Band(string low, string high, string color) => new()
    {
        ["mark"] = new JsonObject { ["type"] = "errorband", ["color"] = color, ["opacity"] = 0.15 },
        ["encoding"] = new JsonObject { ["x"] = Time(), ["y"] = Level(low), ["y2"] = new JsonObject { ["field"] = high } },
    };

    private static JsonObject Line(string field, string color, string title, bool dashed, bool points = true)
    {
        var mark = new JsonObject { ["type"] = "line", ["color"] = color, ["strokeWidth"] = points ? 2 : 1 };
        if (points)
            mark["point"] = new JsonObject { ["size"] = 22, ["color"] = color };
        if (dashed)
            mark["strokeDash"] = new JsonArray(5, 3);
        return new()
        {
            ["transform"] = new JsonArray(new JsonObject { ["filter"] = $"isValid(datum.{field})" }),
            ["mark"] = mark,
            ["encoding"] = new JsonObject
            {
                ["x"] = Time(),
                ["y"] = Level(field),
                ["tooltip"] = DriftCharts.Tooltip(("start", "from", null), (field, title, ".4f"), ("labelled", "labels", ",")),
            },
        };
    }

    private static JsonObject Level(string field) => new()
    {
        ["field"] = field,
        ["type"] = "quantitative",
        ["title"] = null,
        ["scale"] = new JsonObject { ["zero"] = false },
        ["axis"] = new JsonObject { ["tickCount"] = 5 },
    };
}
