using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;
using Tidemark.Platform.PredictionLog;
using Tidemark.Registry;

namespace Tidemark.Drift.Checks;

/// <summary>A wish for checks by hand: <c>{"model": "heart", "from": "2026-11-21T08:00Z", "to": "2026-11-21T12:00Z", "again": false}</c>.</summary>
/// <param name="Model">The model.</param>
/// <param name="From">First hour; the last whole one where nothing is said.</param>
/// <param name="To">End, not included; one hour where nothing is said.</param>
/// <param name="Again">Whether checks that are done are repeated.</param>
public sealed record CheckRequest(ModelName Model, DateTimeOffset From, DateTimeOffset To, bool Again)
{
    private const int MostHours = 48;

    public static async Task<Outcome<CheckRequest>> OfAsync(HttpRequest request, DateTimeOffset last, CancellationToken cancellation) =>
        (await JsonBody.ObjectAsync(request, cancellation)).Then(body => Parse(body, last));

    private static Outcome<CheckRequest> Parse(JsonElement body, DateTimeOffset last)
    {
        if (body.EnumerateObject().Select(p => p.Name).FirstOrDefault(name => name is not ("model" or "from" or "to" or "again")) is { } other)
            return Refuse(other, "is not known; there are model, from, to, again");
        var model = ModelName.Parse(Text(body, "model"));
        if (!model.Ok)
            return model.As<CheckRequest>();
        if (Hour(body, "from", last) is not { } from || Hour(body, "to", from.AddHours(1)) is not { } to)
            return Refuse("from, to", "must be instants such as 2026-11-21T08:00:00Z");
        if (to <= from || to - from > TimeSpan.FromHours(MostHours) || to > last.AddHours(1))
            return Refuse("to", $"must lie after from, at most {MostHours} hours, and not after {last.AddHours(1):u}: later hours are not over");
        return new CheckRequest(model.Value, from, to, body.TryGetProperty("again", out JsonElement again) && again.ValueKind == JsonValueKind.True);
    }

    /// <summary>Runs the checks in order.</summary>
    public async Task<Outcome<CheckReports>> RunAsync(DriftChecks checks, CancellationToken cancellation)
    {
        List<CheckReport> reports = [];
        for (DateTimeOffset hour = From; hour < To; hour = hour.AddHours(1))
        {
            var report = await checks.RunAsync(Model, hour, Again, cancellation);
            if (!report.Ok)
                return report.As<CheckReports>();
            reports.Add(report.Value);
        }

        return new CheckReports(reports);
    }

    private static string? Text(JsonElement body, string name) => body.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static DateTimeOffset? Hour(JsonElement body, string name, DateTimeOffset otherwise) =>
        !body.TryGetProperty(name, out JsonElement value) ? otherwise
        : value.ValueKind == JsonValueKind.String && DriftRange.TryInstant(value.GetString(), out DateTimeOffset instant) ? LogNames.HourOf(instant) : null;

    private static Failure Refuse(string field, string why) => new(FailureKind.Malformed, "Not a check", $"The field '{field}' {why}.") { Errors = [new FieldError(field, why)] };
}
