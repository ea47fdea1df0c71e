using System.Text.Json;
using Tidemark.Platform.Errors;

namespace Tidemark.Platform.PredictionLog;

/// <summary>What becomes of a column with personal data.</summary>
public enum Personal
{
    /// <summary>The log holds a keyed hash of the value: equal values stay equal, and nobody without the key can try values.</summary>
    Hash,

    /// <summary>The log does not hold it.</summary>
    Omit,
}

/// <summary>What of a model's predictions is logged, and how.</summary>
public sealed record LogPolicy
{
    public static LogPolicy Default { get; } = new();

    /// <value>Share of the rows that is logged, 0 to 1. Default 1.</value>
    public double SampleRate { get; init; } = 1;

    /// <value>Rows a second and host from which on the share shrinks so that about so many are logged. Default 100.</value>
    public int MaxRowsPerSecond { get; init; } = 100;

    /// <value>Input columns with personal data, by name. Default none.</value>
    public IReadOnlyDictionary<string, Personal> Personal { get; init; } = new Dictionary<string, Personal>();

    /// <summary>The hash for personal columns; null when no key is configured, then they are omitted.</summary>
    public PersonalHash? Hash { get; init; }

    /// <summary>What becomes of an input column; null when it is logged as it is.</summary>
    public Personal? Of(string column) =>
        !Personal.TryGetValue(column, out Personal rule) ? null : rule == PredictionLog.Personal.Hash && Hash is not null ? rule : PredictionLog.Personal.Omit;

    /// <summary>Reads <c>{"sampleRate": 0.1, "maxRowsPerSecond": 100, "personal": {"name": "hash", "email": "omit"}}</c>; what is not said is as in <paramref name="byDefault"/>.</summary>
    public static Outcome<LogPolicy> Parse(JsonElement json, LogPolicy byDefault)
    {
        if (json.ValueKind != JsonValueKind.Object)
            return Refuse("log", "must be an object");
        LogPolicy policy = byDefault;
        foreach (JsonProperty field in json.EnumerateObject())
        {
            switch (field.Name)
            {
                case "sampleRate" when field.Value.ValueKind == JsonValueKind.Number && field.Value.GetDouble() is >= 0 and <= 1 and var rate:
                    policy = policy with { SampleRate = rate };
                    break;
                case "maxRowsPerSecond" when field.Value.ValueKind == JsonValueKind.Number && field.Value.TryGetInt32(out int rows) && rows is >= 1 and <= 1_000_000:
                    policy = policy with { MaxRowsPerSecond = rows };
                    break;
                case "personal" when field.Value.ValueKind == JsonValueKind.Object && field.Value.EnumerateObject().All(IsRule):
                    policy = policy with { Personal = field.Value.EnumerateObject().ToDictionary(c => c.Name, c => c.Value.ValueEquals("hash") ? PredictionLog.Personal.Hash : PredictionLog.Personal.Omit, StringComparer.Ordinal) };
                    break;
                default:
                    return Refuse($"log.{field.Name}", "must be one of sampleRate (0 to 1), maxRowsPerSecond (1 to 1000000), personal (an object of column names, each \"hash\" or \"omit\")");
            }
        }

        return policy.Hash is null && policy.Personal.Values.Contains(PredictionLog.Personal.Hash)
            ? Refuse("log.personal", "asks for hashes, and no key is configured: set PredictionLog__HashKey, or omit the columns")
            : policy;
    }

    private static bool IsRule(JsonProperty column) => column.Value.ValueKind == JsonValueKind.String && (column.Value.ValueEquals("hash") || column.Value.ValueEquals("omit"));

    private static Failure Refuse(string field, string why) =>
        new(FailureKind.Malformed, "Not a log policy", $"The field '{field}' {why}.") { Errors = [new FieldError(field, why)] };
}
