using Tidemark.Platform.Alerts;
using Tidemark.Validation.Suites;

namespace Tidemark.Validation.Logs;

/// <summary>What people are told of a day whose rows are not as expected.</summary>
internal static class LogAlerts
{
    private const int MostTold = 10;

    /// <summary>The alert, or null when every expectation holds.</summary>
    public static Alert? Of(LogDay day, ValidationResult result, string id, DateTimeOffset now)
    {
        if (result.Worst is not { } worst)
            return null;
        List<ExpectationResult> failed = result.Results.Where(item => !item.Success).ToList();
        string told = string.Join("; ", failed.Take(MostTold).Select(Describe));
        return new Alert
        {
            Model = day.Version.Model.ToString(),
            Kind = "validation",
            Severity = worst switch { Severity.Info => AlertSeverity.Info, Severity.Block => AlertSeverity.Critical, _ => AlertSeverity.Warning },
            Title = $"{failed.Count} of {result.Results.Count} expectations of suite '{result.Suite.Name}' do not hold for what version {day.Version.Version} was asked on {day}",
            Detail = $"{told}{(failed.Count > MostTold ? $"; and {failed.Count - MostTold} more" : "")}. GET /api/validations/{id} shows the result, GET /api/validations/{id}/docs the page.",
            Subject = day.Version.Version.ToString(),
            Window = day.ToString(),
            Time = now,
            Runbook = "docs/validation.md#yesterdays-predictions",
        };
    }

    private static string Describe(ExpectationResult item) =>
        $"{item.Expectation.Type}{(item.Expectation.Column is { } column ? $" of {column}" : "")}"
        + (item.Fault is { } fault ? $": {fault.Message}" : item.Result["unexpected_count"] is { } count ? $": {count} rows" : item.Result["observed_value"] is { } observed ? $": {Short(observed.ToJsonString())}" : "");

    private static string Short(string text) => text.Length <= 100 ? text : text[..100] + "…";
}
