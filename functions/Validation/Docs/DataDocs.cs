using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Tidemark.Platform.Pages;
using Tidemark.Platform.Tabular.Profiles;
using Tidemark.Validation.Schemas;

namespace Tidemark.Validation.Docs;

/// <summary>
/// A validation result as one HTML page that needs nothing else: the expectations, a bar of the failing ones, histograms of the columns where
/// a profile is given. Charts are Vega-Lite with its library inlined; the page forbids itself every outside origin.
/// </summary>
public static class DataDocs
{
    private static readonly PageTemplate Page = new("Tidemark.Validation.Docs.page.html");

    /// <param name="result">A validation result in the form of Great Expectations.</param>
    /// <param name="profile">Of the data validated; null leaves the columns out.</param>
    public static string Render(JsonObject result, Profile? profile)
    {
        string suite = Text(result["suite_name"] ?? result["meta"]?["expectation_suite_name"]);
        JsonObject[] results = [.. (result["results"] as JsonArray ?? []).OfType<JsonObject>()];
        int failed = results.Count(r => !Succeeded(r));
        IReadOnlyList<JsonObject> charts = ChartSpecs.Of(results, profile);
        var parts = new Dictionary<string, string>
        {
            ["title"] = Html(suite.Length == 0 ? "data" : suite),
            ["verdict"] = failed == 0 ? "passed" : "failed",
            ["summary"] = Html(string.Create(CultureInfo.InvariantCulture, $"{results.Length - failed} of {results.Length} expectations hold{(profile is null ? "" : $" for {profile.Rows:N0} rows")}.")),
            ["rows"] = string.Concat(results.OrderBy(Succeeded).Select(Row)),
            ["columns"] = profile is null ? "" : Columns(ProfileView.Of(profile)),
            ["boxes"] = string.Join('\n', charts.Select((_, i) => $"<div data-chart=\"c{i}\"></div>")),
        };
        return Page.Fill(parts, new JsonObject(charts.Select((chart, i) => KeyValuePair.Create($"c{i}", (JsonNode?)chart))));
    }

    internal static bool Succeeded(JsonObject result) => result["success"] is JsonValue value && value.TryGetValue(out bool success) && success;

    internal static (string Type, JsonObject Kwargs) Configuration(JsonObject result)
    {
        var configuration = result["expectation_config"] as JsonObject;
        return (Text(configuration?["type"] ?? configuration?["expectation_type"]), configuration?["kwargs"] as JsonObject ?? []);
    }

    internal static string Text(JsonNode? node) => node is null ? "" : node is JsonValue value && value.TryGetValue(out string? text) ? text : node.ToJsonString();

    private static string Row(JsonObject result)
    {
        (string type, JsonObject kwargs) = Configuration(result);
        bool success = Succeeded(result);
        var configuration = result["expectation_config"] as JsonObject;
        string severity = Text(configuration?["severity"] ?? configuration?["meta"]?["severity"]);
        string arguments = string.Join(", ", kwargs.Where(a => a.Key is not ("column" or "batch_id" or "result_format")).Select(a => $"{a.Key} = {Short(Text(a.Value))}"));
        return $"<tr><td class=\"{(success ? "passed" : "failed")}\">{(success ? "passed" : "failed")}</td><td>{Html(severity)}</td><td>{Html(Text(kwargs["column"]))}</td>"
            + $"<td>{Html(type)}<br><code>{Html(arguments)}</code></td><td class=\"number\">{Html(Text(result["result"]?["unexpected_count"]))}</td><td><code>{Html(Observed(result))}</code></td></tr>\n";
    }

    private static string Observed(JsonObject result) =>
        Text(result["exception_info"]?["exception_message"]) is { Length: > 0 } exception ? exception
        : result["result"]?["observed_value"] is { } observed ? Short(Text(observed))
        : result["result"]?["partial_unexpected_list"] is JsonArray { Count: > 0 } examples ? Short(string.Join(", ", examples.Take(10).Select(Text)))
        : "";

    private static string Columns(ProfileView profile)
    {
        var html = new StringBuilder("<h2>Columns</h2>\n<div class=\"scroll\"><table><thead><tr><th>Column</th><th>Kind</th><th class=\"number\">Missing</th><th class=\"number\">Distinct</th>"
            + "<th class=\"number\">Min</th><th class=\"number\">Median</th><th class=\"number\">Mean</th><th class=\"number\">Max</th><th>Remarks</th></tr></thead><tbody>\n");
        foreach (ColumnView column in profile.Columns)
        {
            string remarks = string.Join(" ", profile.Flags.Where(f => f.Column == column.Name).Select(f => $"{f.Kind}: {f.Detail}"));
            html.Append($"<tr><td>{Html(column.Name)}</td><td>{column.Kind}</td>{Number(column.Missing)}{Number(column.Distinct)}{Number(column.Numbers?.Min)}"
                + $"{Number(column.Numbers?.Quantiles["0.5"])}{Number(column.Numbers?.Mean)}{Number(column.Numbers?.Max)}<td>{Html(remarks)}</td></tr>\n");
        }
        return html.Append("</tbody></table></div>").ToString();
    }

    private static string Number(double? value) => $"<td class=\"number\">{value?.ToString("G6", CultureInfo.InvariantCulture)}</td>";

    private static string Short(string text) => text.Length <= 200 ? text : text[..200] + "…";

    private static string Html(string text) => PageTemplate.Html(text);
}
