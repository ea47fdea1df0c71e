using System.Globalization;
using System.Text.Json.Serialization;

namespace Tidemark.Reports;

/// <summary>What a list says of a report.</summary>
/// <param name="Html">Path of the page.</param>
/// <param name="Json">Path of the same as JSON.</param>
public sealed record ReportSummary(
    string Id, string Model, string? Version, DateTimeOffset From, DateTimeOffset To, DateTimeOffset? Created, ReportLevel Level, string Headline, string Html, string Json)
{
    public static ReportSummary Of(ModelReport report) => new(
        report.Id, report.Model, report.Version, report.From, report.To, report.Created, report.Verdict.Level, report.Verdict.Headline, $"/api/reports/{report.Id}.html", $"/api/reports/{report.Id}.json");

    internal static ReportSummary Of(ReportId id, IDictionary<string, string> metadata)
    {
        string? Value(string key) => metadata.TryGetValue(key, out string? value) && value.Length > 0 ? Uri.UnescapeDataString(value) : null;
        DateTimeOffset? created = DateTimeOffset.TryParse(Value("created"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;
        return new(id.ToString(), id.Model.ToString(), Value("version"), id.From, id.To, created, Enum.TryParse(Value("level"), out ReportLevel level) ? level : ReportLevel.Unknown, Value("headline") ?? "", $"/api/reports/{id}.html", $"/api/reports/{id}.json");
    }

    /// <summary>Metadata of a blob travels in headers: ASCII alone.</summary>
    internal Dictionary<string, string> ToMetadata(int longestHeadline) => new()
    {
        ["version"] = Version ?? "",
        ["created"] = Uri.EscapeDataString(Created!.Value.ToString("O", CultureInfo.InvariantCulture)),
        ["level"] = Level.ToString(),
        ["headline"] = Uri.EscapeDataString(Headline.Length <= longestHeadline ? Headline : Headline[..(longestHeadline - 1)] + "…"),
    };
}

/// <param name="Next">Cursor of the next page; absent on the last.</param>
public sealed record ReportPageView(IReadOnlyList<ReportSummary> Reports, string? Next);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ReportSummary))]
[JsonSerializable(typeof(ReportPageView))]
internal sealed partial class ReportListJson : JsonSerializerContext;
