using System.Globalization;
using Microsoft.AspNetCore.Http;
using Tidemark.Platform.Errors;
using Tidemark.Platform.PredictionLog;
using Tidemark.Registry;

namespace Tidemark.Drift.Checks;

/// <summary>A question for drift over time: <c>?from=&amp;to=&amp;version=&amp;merged=true</c>.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">One version, or all; needed for <paramref name="Merged"/>.</param>
/// <param name="From">First hour; a day before <paramref name="To"/> where nothing is said.</param>
/// <param name="To">End, not included; now where nothing is said.</param>
/// <param name="Merged">Whether the windows are compared as one.</param>
public sealed record DriftRange(ModelName Model, ModelVersion? Version, DateTimeOffset From, DateTimeOffset To, bool Merged)
{
    private const int MostDays = 366;

    public static Outcome<DriftRange> Of(string model, HttpRequest request, DateTimeOffset now)
    {
        var (fromText, toText, versionText) = (request.Query["from"].ToString(), request.Query["to"].ToString(), request.Query["version"].ToString());
        DateTimeOffset to = now, from = now;
        if ((toText.Length > 0 && !TryInstant(toText, out to)) || (fromText.Length > 0 && !TryInstant(fromText, out from)))
            return Refuse("from and to must be instants such as 2026-11-21T08:00:00Z");
        if (fromText.Length == 0)
            from = to.AddDays(-1);
        if (from >= to || to - from > TimeSpan.FromDays(MostDays))
            return Refuse($"from must lie before to, at most {MostDays} days");
        bool merged = request.Query["merged"] == "true";
        if (merged && versionText.Length == 0)
            return Refuse("merged=true needs a version: windows of different versions are not compared as one");

        Outcome<ModelVersion?> version = versionText.Length == 0 ? (ModelVersion?)null : ModelVersion.Parse(versionText).Map(v => (ModelVersion?)v);
        return ModelName.Parse(model).Then(m => version.Map(v => new DriftRange(m, v, LogNames.HourOf(from), to, merged)));
    }

    /// <summary>An ISO 8601 instant; without an offset it is UTC.</summary>
    internal static bool TryInstant(string? text, out DateTimeOffset instant) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out instant);

    private static Failure Refuse(string why) => new(FailureKind.Malformed, "Not a range of time", $"The query can't be answered: {why}.");
}
