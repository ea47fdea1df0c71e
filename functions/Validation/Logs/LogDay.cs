using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Platform.Errors;
using Tidemark.Registry;

namespace Tidemark.Validation.Logs;

/// <summary>One day (UTC) of the prediction log of a model version: <c>{"model": "heart", "version": "3", "day": "2026-11-20"}</c>.</summary>
public sealed record LogDay(VersionReference Version, DateOnly Day)
{
    private const string Form = "yyyy-MM-dd";

    public DateTimeOffset Begin => new(Day, TimeOnly.MinValue, TimeSpan.Zero);

    /// <summary>The beginning of the next day.</summary>
    public DateTimeOffset End => Begin.AddDays(1);

    /// <summary>The id of the validation of this day, the same for everyone: 32 hexadecimal digits.</summary>
    public string Id => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"log|{Version.Model}|{Version.Version}|{this}")))[..32];

    public static Outcome<LogDay> Parse(JsonElement log)
    {
        string? day = Text(log, "day");
        if (!DateOnly.TryParseExact(day, Form, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date))
            return Malformed($"'{day}' is not a day; write {{\"model\": \"heart\", \"version\": \"3\", \"day\": \"2026-11-20\"}}");
        return ModelName.Parse(Text(log, "model")).Then(model => ModelVersion.Parse(Text(log, "version")).Map(version => new LogDay(new VersionReference(model, version), date)));
    }

    public JsonObject ToJson() => new() { ["model"] = Version.Model.ToString(), ["version"] = Version.Version.ToString(), ["day"] = ToString() };

    public override string ToString() => Day.ToString(Form, CultureInfo.InvariantCulture);

    private static string? Text(JsonElement log, string name) =>
        log.ValueKind == JsonValueKind.Object && log.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static Failure Malformed(string why) => new(FailureKind.Malformed, "Not a day of the log", $"The field 'log' can't be used: {why}.")
    {
        Errors = [new FieldError("log", why)],
    };
}
