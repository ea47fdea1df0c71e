using System.Globalization;
using System.Text.Json.Nodes;
using Tidemark.Platform.Pages;

namespace Tidemark.Retraining.Reports;

/// <summary>Vega-Lite specifications of a retraining's page.</summary>
internal static class RetrainingCharts
{
    private const string Served = "#2563eb", Frozen = "#d9480f";

    public static JsonObject Comparison(IEnumerable<(string Measure, string Model, double Value)> figures) => new()
    {
        ["description"] = "Measures of champion and candidate on the same frozen hold-out",
        ["width"] = 420,
        ["height"] = new JsonObject { ["step"] = 12 },
        ["data"] = Values(figures.Select(f => new JsonObject { ["measure"] = f.Measure, ["model"] = f.Model, ["value"] = f.Value })),
        ["mark"] = "bar",
        ["encoding"] = new JsonObject
        {
            ["y"] = new JsonObject { ["field"] = "measure", ["type"] = "nominal", ["title"] = null, ["sort"] = null },
            ["yOffset"] = new JsonObject { ["field"] = "model", ["type"] = "nominal", ["sort"] = new JsonArray("champion", "candidate") },
            ["x"] = new JsonObject { ["field"] = "value", ["type"] = "quantitative", ["title"] = null, ["scale"] = new JsonObject { ["domain"] = new JsonArray(0, 1) } },
            ["color"] = Color("model", ("champion", Frozen), ("candidate", Served)),
        },
    };

    /// <param name="curve">The two curves.</param>
    /// <param name="measure">What they show, with its unit.</param>
    public static JsonObject Stream(StreamCurve curve, string measure)
    {
        var values = curve.Points.SelectMany(p => new[] { (p.From, Who: "served", Value: p.Served, p.Versions), (p.From, Who: $"frozen version {curve.Frozen}", Value: p.Frozen, Versions: curve.Frozen) })
            .Where(p => p.Value is not null)
            .Select(p => new JsonObject { ["from"] = p.From.UtcDateTime.ToString("yyyy-MM-dd'T'HH':'mm':00Z'", CultureInfo.InvariantCulture), ["who"] = p.Who, ["value"] = p.Value, ["version"] = p.Versions });
        return new()
        {
            ["description"] = "Quality over time of the model that served and of the oldest version on the same rows",
            ["width"] = 720,
            ["height"] = 240,
            ["data"] = Values(values),
            ["mark"] = new JsonObject { ["type"] = "line", ["point"] = new JsonObject { ["size"] = 18 }, ["tooltip"] = true },
            ["encoding"] = new JsonObject
            {
                ["x"] = new JsonObject { ["field"] = "from", ["type"] = "temporal", ["scale"] = new JsonObject { ["type"] = "utc" }, ["title"] = null, ["axis"] = ChartTime.Axis() },
                ["y"] = new JsonObject { ["field"] = "value", ["type"] = "quantitative", ["title"] = measure, ["scale"] = new JsonObject { ["zero"] = false } },
                ["color"] = Color("who", ("served", Served), ($"frozen version {curve.Frozen}", Frozen)),
                ["tooltip"] = new JsonArray(Field("from", "temporal"), Field("who", "nominal"), Field("value", "quantitative"), Field("version", "nominal")),
            },
        };
    }

    public static JsonObject Curves(IEnumerable<(string Candidate, double Step, string Part, double Loss)> points) => new()
    {
        ["description"] = "Learning curves: loss on training and validation rows",
        ["data"] = Values(points.Where(p => double.IsFinite(p.Loss)).Select(p => new JsonObject { ["candidate"] = p.Candidate, ["step"] = p.Step, ["part"] = p.Part, ["loss"] = p.Loss })),
        ["facet"] = new JsonObject { ["field"] = "candidate", ["type"] = "nominal", ["columns"] = 3, ["title"] = null },
        ["spec"] = new JsonObject
        {
            ["width"] = 220,
            ["height"] = 150,
            ["mark"] = new JsonObject { ["type"] = "line", ["point"] = new JsonObject { ["size"] = 12 }, ["tooltip"] = true },
            ["encoding"] = new JsonObject
            {
                ["x"] = Field("step", "quantitative"),
                ["y"] = new JsonObject { ["field"] = "loss", ["type"] = "quantitative", ["scale"] = new JsonObject { ["zero"] = false } },
                ["color"] = Color("part", ("training", Frozen), ("validation", Served)),
            },
        },
        ["resolve"] = new JsonObject { ["scale"] = new JsonObject { ["x"] = "independent", ["y"] = "independent" } },
    };

    private static JsonObject Values(IEnumerable<JsonObject> values) => new() { ["values"] = new JsonArray([.. values]) };

    private static JsonObject Field(string name, string type) => new() { ["field"] = name, ["type"] = type };

    private static JsonObject Color(string field, params (string Value, string Color)[] colors) => new()
    {
        ["field"] = field,
        ["type"] = "nominal",
        ["title"] = null,
        ["scale"] = new JsonObject { ["domain"] = new JsonArray([.. colors.Select(c => (JsonNode)c.Value)]), ["range"] = new JsonArray([.. colors.Select(c => (JsonNode)c.Color)]) },
    };
}
