using System.Globalization;
using System.Text.Json.Nodes;
using Tidemark.Platform.Pages;

namespace Tidemark.Reports.Page;

/// <summary>Charts of distributions and of drift over time, as Vega-Lite specifications with their data within.</summary>
internal static class DriftCharts
{
    private const string Before = "#94a3b8", Now = "#2563eb", Drifting = "#d9480f";

    /// <summary>Reference as grey bars, the window as an outline over them (numbers) or as bars beside them (categories).</summary>
    public static JsonObject Overlay(ColumnReport column) => column.Distribution.Numeric ? Numbers(column) : Categories(column);

    private static JsonObject Numbers(ColumnReport column)
    {
        string color = column.Drifted ? Drifting : Now;
        IReadOnlyList<DistributionBar> bars = column.Distribution.Bars;
        var values = new JsonArray([.. bars.Select(b => (JsonNode)new JsonObject
        {
            ["from"] = b.From, ["to"] = b.To, ["reference"] = Math.Round(b.Reference, 5), ["window"] = Math.Round(b.Current, 5),
        })]);
        JsonObject X() => new() { ["field"] = "from", ["type"] = "quantitative", ["bin"] = "binned", ["title"] = null, ["scale"] = new JsonObject { ["zero"] = false, ["nice"] = false }, ["axis"] = new JsonObject { ["tickCount"] = 5, ["grid"] = false } };
        JsonObject Bars(string field, JsonObject mark) => new()
        {
            ["mark"] = mark,
            ["encoding"] = new JsonObject
            {
                ["x"] = X(),
                ["x2"] = new JsonObject { ["field"] = "to" },
                ["y"] = Share(field),
                ["tooltip"] = Tooltip(("from", "from", null), ("to", "to", null), ("reference", "reference", ".1%"), ("window", "window", ".1%")),
            },
        };
        return new()
        {
            ["description"] = $"Distribution of {column.Column}: reference and window",
            ["width"] = 290,
            ["height"] = 130,
            ["data"] = new JsonObject { ["values"] = values },
            ["layer"] = new JsonArray(
                Bars("reference", new() { ["type"] = "bar", ["color"] = Before, ["opacity"] = 0.55, ["binSpacing"] = 0 }),
                Bars("window", new() { ["type"] = "bar", ["fill"] = color, ["fillOpacity"] = 0.18, ["stroke"] = color, ["strokeWidth"] = 1.5, ["binSpacing"] = 0 })),
        };
    }

    private static JsonObject Categories(ColumnReport column)
    {
        IReadOnlyList<DistributionBar> bars = column.Distribution.Bars;
        var values = new JsonArray([.. bars.SelectMany(b => new (string Side, double Share)[] { ("reference", b.Reference), ("window", b.Current) }
            .Select(s => (JsonNode)new JsonObject { ["value"] = b.Label, ["side"] = s.Side, ["share"] = Math.Round(s.Share, 5) }))]);
        return new()
        {
            ["description"] = $"Shares of the values of {column.Column}: reference and window",
            ["width"] = 240,
            ["height"] = new JsonObject { ["step"] = bars.Count > 8 ? 7 : 10 },
            ["data"] = new JsonObject { ["values"] = values },
            ["mark"] = new JsonObject { ["type"] = "bar", ["cornerRadiusEnd"] = 1 },
            ["encoding"] = new JsonObject
            {
                ["y"] = new JsonObject
                {
                    ["field"] = "value",
                    ["type"] = "nominal",
                    ["title"] = null,
                    ["sort"] = new JsonArray([.. bars.Select(b => (JsonNode)b.Label)]),
                    ["axis"] = new JsonObject { ["labelLimit"] = 90, ["ticks"] = false, ["domain"] = false },
                },
                ["yOffset"] = new JsonObject { ["field"] = "side", ["sort"] = new JsonArray("reference", "window") },
                ["x"] = Share("share"),
                ["color"] = new JsonObject
                {
                    ["field"] = "side",
                    ["legend"] = null,
                    ["scale"] = new JsonObject { ["domain"] = new JsonArray("reference", "window"), ["range"] = new JsonArray(Before, column.Drifted ? Drifting : Now) },
                },
                ["tooltip"] = Tooltip(("value", "value", null), ("side", "side", null), ("share", "share", ".1%")),
            },
        };
    }

    /// <summary>The share of drifted inputs hour by hour over a map of the columns, the ones that drifted most above.</summary>
    public static JsonObject OverTime(DriftSection drift, int mostColumns)
    {
        string[] columns = [.. drift.History.SelectMany(p => p.Columns).GroupBy(c => c.Column, StringComparer.Ordinal)
            .OrderByDescending(g => g.Count(c => c.Drifted)).ThenByDescending(g => g.Max(c => c.Strength ?? 0)).Take(mostColumns).Select(g => g.Key)];
        var shown = columns.ToHashSet(StringComparer.Ordinal);
        var hours = new JsonArray([.. drift.History.Where(p => p.Share is not null).Select(p => (JsonNode)new JsonObject { ["hour"] = Hour(p), ["share"] = Math.Round(p.Share!.Value, 4), ["rows"] = p.Rows, ["drifted"] = p.Drifted })]);
        var cells = new JsonArray([.. drift.History.SelectMany(p => p.Columns.Where(c => shown.Contains(c.Column) && c.Strength is not null)
            .Select(c => (JsonNode)new JsonObject { ["hour"] = Hour(p), ["column"] = c.Column, ["strength"] = Math.Round(c.Strength!.Value, 3), ["drifted"] = c.Drifted }))]);
        JsonObject Time(bool axis) => new()
        {
            ["field"] = "hour",
            ["type"] = "temporal",
            ["timeUnit"] = "utcyearmonthdatehours",
            ["title"] = null,
            ["axis"] = axis ? ChartTime.Axis() : null,
        };
        var share = new JsonObject
        {
            ["width"] = 980,
            ["height"] = 90,
            ["layer"] = new JsonArray(
                new JsonObject
                {
                    ["data"] = new JsonObject { ["values"] = hours },
                    ["mark"] = new JsonObject { ["type"] = "bar", ["color"] = Now },
                    ["encoding"] = new JsonObject
                    {
                        ["x"] = Time(axis: false),
                        ["y"] = new JsonObject { ["field"] = "share", ["type"] = "quantitative", ["title"] = "inputs drifted", ["scale"] = new JsonObject { ["domain"] = new JsonArray(0, 1) }, ["axis"] = new JsonObject { ["format"] = "%", ["tickCount"] = 3 } },
                        ["color"] = new JsonObject { ["condition"] = new JsonObject { ["test"] = "datum.drifted", ["value"] = Drifting }, ["value"] = Now },
                        ["tooltip"] = Tooltip(("hour", "hour", null), ("share", "share", ".0%"), ("rows", "rows", ",")),
                    },
                },
                new JsonObject
                {
                    ["data"] = new JsonObject { ["values"] = new JsonArray(new JsonObject { ["limit"] = drift.Inputs?.Threshold ?? 0.5 }) },
                    ["mark"] = new JsonObject { ["type"] = "rule", ["strokeDash"] = new JsonArray(4, 3), ["color"] = Drifting },
                    ["encoding"] = new JsonObject { ["y"] = new JsonObject { ["field"] = "limit", ["type"] = "quantitative" } },
                }),
        };
        var map = new JsonObject
        {
            ["width"] = 980,
            ["height"] = new JsonObject { ["step"] = 17 },
            ["data"] = new JsonObject { ["values"] = cells },
            ["mark"] = new JsonObject { ["type"] = "rect", ["stroke"] = null },
            ["encoding"] = new JsonObject
            {
                ["x"] = Time(axis: true),
                ["y"] = new JsonObject { ["field"] = "column", ["type"] = "nominal", ["title"] = null, ["sort"] = new JsonArray([.. columns.Select(c => (JsonNode)c)]), ["axis"] = new JsonObject { ["labelLimit"] = 150, ["ticks"] = false, ["domain"] = false } },
                ["color"] = new JsonObject
                {
                    ["field"] = "strength",
                    ["type"] = "quantitative",
                    ["title"] = "statistic over threshold (grey: no drift)",
                    ["scale"] = new JsonObject { ["type"] = "linear", ["domain"] = new JsonArray(0, 0.99, 1, 3), ["range"] = new JsonArray("rgba(148,163,184,0.08)", "rgba(148,163,184,0.45)", "rgba(251,191,36,0.9)", "rgba(185,28,28,1)"), ["interpolate"] = "rgb", ["clamp"] = true },
                    ["legend"] = new JsonObject { ["gradientLength"] = 180, ["orient"] = "bottom", ["titleLimit"] = 400, ["direction"] = "horizontal" },
                },
                ["tooltip"] = Tooltip(("hour", "hour", null), ("column", "column", null), ("strength", "over threshold", ".2f")),
            },
        };
        return new()
        {
            ["description"] = "Share of drifted inputs, and drift of each column, hour by hour",
            ["vconcat"] = columns.Length == 0 ? new JsonArray(share) : new JsonArray(share, map),
            ["spacing"] = 8,
            ["resolve"] = new JsonObject { ["scale"] = new JsonObject { ["x"] = "shared", ["color"] = "independent" } },
        };
    }

    internal static JsonArray Tooltip(params (string Field, string Title, string? Format)[] fields) => new([.. fields.Select(f =>
    {
        var entry = new JsonObject { ["field"] = f.Field, ["title"] = f.Title };
        if (f.Format is not null)
            entry["format"] = f.Format;
        return (JsonNode)entry;
    })]);

    private static JsonObject Share(string field) => new()
    {
        ["field"] = field,
        ["type"] = "quantitative",
        ["title"] = null,
        ["axis"] = new JsonObject { ["format"] = "%", ["tickCount"] = 4 },
        ["stack"] = null,
    };

    private static string Hour(DriftPoint point) => point.Hour.UtcDateTime.ToString("yyyy-MM-dd'T'HH':00:00Z'", CultureInfo.InvariantCulture);
}
