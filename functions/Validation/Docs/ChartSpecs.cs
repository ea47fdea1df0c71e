using System.Text.Json.Nodes;
using Tidemark.Platform.Tabular.Profiles;

namespace Tidemark.Validation.Docs;

/// <summary>Charts of the data docs as Vega-Lite specifications, their data within.</summary>
internal static class ChartSpecs
{
    /// <summary>Charts of columns on a page; the first columns have them.</summary>
    private const int MostColumns = 40;

    private const int Bins = 20;
    private const int MostBars = 12;

    public static IReadOnlyList<JsonObject> Of(IEnumerable<JsonObject> results, Profile? profile) =>
    [
        .. Failing([.. results.Where(r => !DataDocs.Succeeded(r))]),
        .. (profile?.Columns ?? []).Take(MostColumns).SelectMany(OfColumn),
    ];

    private static IEnumerable<JsonObject> Failing(JsonObject[] failed)
    {
        if (failed.Length == 0)
            yield break;
        var values = new JsonArray([.. failed.Take(MostColumns).Select(r => (JsonNode)new JsonObject
        {
            ["rule"] = $"{DataDocs.Text(DataDocs.Configuration(r).Kwargs["column"])} {DataDocs.Configuration(r).Type.Replace("expect_", "", StringComparison.Ordinal)}".TrimStart(),
            ["unexpected"] = r["result"]?["unexpected_percent"]?.DeepClone() ?? 100,
        })]);
        yield return Chart("Failing expectations", values, "bar", new()
        {
            ["y"] = new JsonObject { ["field"] = "rule", ["type"] = "nominal", ["sort"] = "-x", ["title"] = null, ["axis"] = new JsonObject { ["labelLimit"] = 400 } },
            ["x"] = new JsonObject { ["field"] = "unexpected", ["type"] = "quantitative", ["title"] = "unexpected values, %" },
        });
    }

    private static IEnumerable<JsonObject> OfColumn(ColumnProfile column)
    {
        if (column.Quantiles.Count > 0)
        {
            Histogram histogram = Histogram.EqualWidth(column.Quantiles, Bins);
            var values = new JsonArray([.. histogram.Counts.Select((count, i) => (JsonNode)new JsonObject { ["from"] = histogram.Edges[i], ["to"] = histogram.Edges[i + 1], ["count"] = Math.Round(count) })]);
            yield return Chart(column.Name, values, "bar", new()
            {
                ["x"] = new JsonObject { ["field"] = "from", ["type"] = "quantitative", ["bin"] = new JsonObject { ["binned"] = true }, ["title"] = column.Name },
                ["x2"] = new JsonObject { ["field"] = "to" },
                ["y"] = Count(),
            });
        }
        else if (column.Texts.Total > 0)
        {
            var values = new JsonArray([.. column.Texts.Values().Take(MostBars).Select(v => (JsonNode)new JsonObject { ["value"] = v.Text, ["count"] = v.Count })]);
            yield return Chart(column.Name, values, "bar", new()
            {
                ["y"] = new JsonObject { ["field"] = "value", ["type"] = "nominal", ["sort"] = "-x", ["title"] = null },
                ["x"] = Count(),
            });
        }
    }

    private static JsonObject Count() => new() { ["field"] = "count", ["type"] = "quantitative", ["title"] = "rows" };

    private static JsonObject Chart(string title, JsonArray values, string mark, JsonObject encoding) => new()
    {
        ["title"] = title,
        ["width"] = 300,
        ["data"] = new JsonObject { ["values"] = values },
        ["mark"] = mark,
        ["encoding"] = encoding,
    };
}
