using System.Text.Json;
using System.Text.Json.Serialization;
using Tidemark.Drift.Comparison;
using Tidemark.Drift.Verdicts;
using Tidemark.Platform.Errors;

namespace Tidemark.Drift;

/// <summary>How a model is watched for drift: section <c>drift</c> of its monitoring.</summary>
public sealed record DriftSettings
{
    public const string Section = "drift";

    /// <summary>By reflection: generated readers leave init-only properties that the text lacks at zero or null rather than at their defaults.</summary>
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.Strict,
        RespectNullableAnnotations = true,
    };

    /// <summary>What counts as drift.</summary>
    public DriftPolicy Policy { get; init; } = DriftPolicy.Default;

    /// <value>Hours that are compared together, ending with the hour that is checked. Default 1; more for models with few requests.</value>
    public int WindowHours { get; init; } = 1;

    /// <value>Rows of the log that become the reference where none was given. Default 1,000.</value>
    public int ReferenceRows { get; init; } = 1000;

    /// <summary>When drift asks for a new model.</summary>
    public RetrainingRule Retraining { get; init; } = new();

    public static Outcome<DriftSettings> Parse(JsonElement json)
    {
        try
        {
            var settings = json.Deserialize<DriftSettings>(Strict) ?? new();
            return settings.Problem() is { } problem ? Refuse(problem) : settings;
        }
        catch (JsonException error)
        {
            return Refuse($"{(error.Path is null or "$" ? "" : error.Path[2..] + ": ")}{error.Message}");
        }
    }

    private string? Problem() => this switch
    {
        { WindowHours: < 1 or > 168 } => $"windowHours is {WindowHours}; it goes from 1 to 168",
        { ReferenceRows: < 10 or > 1_000_000 } => $"referenceRows is {ReferenceRows}; it goes from 10 to 1000000",
        { Retraining.Windows: < 1 } => $"retraining.windows is {Retraining.Windows}; it is at least 1",
        { Retraining.CoolDownHours: < 0 } => $"retraining.coolDownHours is {Retraining.CoolDownHours}; it can't be negative",
        _ => PolicyRequest.InRange(Policy) is { Ok: false } wrong ? $"{wrong.Failure.Errors[0].Field}: {wrong.Failure.Errors[0].Detail}" : null,
    };

    private static Failure Refuse(string why) => new(FailureKind.Malformed, "Not drift settings", $"The section 'drift' can't be read: {why}.") { Errors = [new FieldError(Section, why)] };
}

/// <summary>When drift puts a message on the queue <c>retraining-requests</c>.</summary>
public sealed record RetrainingRule
{
    /// <value>Whether it does at all. Default true.</value>
    public bool Enabled { get; init; } = true;

    /// <value>Windows in a row in which a key feature, or the data set, drifts before it does. Default 6.</value>
    public int Windows { get; init; } = 6;

    /// <value>Hours after a request in which drift makes no other one. Default 168.</value>
    public int CoolDownHours { get; init; } = 168;

    /// <summary>Key features: input columns whose persistent drift is enough. Default none: only drift of the data set as a whole asks for a new model.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];
}
