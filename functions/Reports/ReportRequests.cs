using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;
using Tidemark.Registry;

namespace Tidemark.Reports;

/// <summary>Reads requests for reports.</summary>
internal static class ReportRequests
{
    /// <summary>Body: <c>{"model": "heart", "from": "2026-11-20T00:00:00Z", "to": "2026-11-21T00:00:00Z"}</c>; without times the last whole day, UTC.</summary>
    public static async Task<Outcome<ReportId>> WishAsync(HttpRequest request, DateTimeOffset now, CancellationToken cancellation) =>
        (await JsonBody.ObjectAsync(request, cancellation)).Then(body => Wish(body, now));

    /// <summary>The report of a path, <c>{id}</c>, <c>{id}.html</c> or <c>{id}.json</c>; without an ending, by the header Accept.</summary>
    public static Outcome<(ReportId Id, string Form)> Of(string path, HttpRequest request)
    {
        string form = path.EndsWith(".html", StringComparison.Ordinal) ? "html" : path.EndsWith(".json", StringComparison.Ordinal) ? "json" : "";
        return ReportId.Parse(form.Length > 0 ? path[..^5] : path)
            .Map(id => (id, form.Length > 0 ? form : request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase) ? "html" : "json"));
    }

    private static Outcome<ReportId> Wish(JsonElement body, DateTimeOffset now)
    {
        if (body.EnumerateObject().Select(p => p.Name).FirstOrDefault(n => n is not ("model" or "from" or "to")) is { } other)
            return Refuse(other, "is not known; there are model, from, to");
        Outcome<ModelName> model = ModelName.Parse(body.TryGetProperty("model", out JsonElement name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null);
        if (!model.Ok)
            return model.As<ReportId>();
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        if (Time(body, "to", today) is not { } to || Time(body, "from", to.AddDays(-1)) is not { } from)
            return Refuse("from, to", "must be instants such as 2026-11-21T00:00:00Z");
        return to > now ? Refuse("to", $"must not lie in the future; it is {now.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ} now") : ReportId.Of(model.Value, from, to);
    }

    private static DateTimeOffset? Time(JsonElement body, string field, DateTimeOffset otherwise) =>
        !body.TryGetProperty(field, out JsonElement value) ? otherwise
        : value.ValueKind == JsonValueKind.String && DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time) ? time : null;

    private static Failure Refuse(string field, string why) => new(FailureKind.Malformed, "Not a report", $"The field '{field}' {why}.") { Errors = [new FieldError(field, why)] };
}
