using System.Text.Json;
using System.Text.Json.Serialization;
using Tidemark.Platform.Errors;

namespace Tidemark.Retraining.Contract;

/// <summary>Reads run specs; every rule that is broken is named at once.</summary>
public static class RunSpecReader
{
    /// <summary>Names of the graph's outputs, which no column can have as well.</summary>
    private static readonly string[] Reserved = ["label", "probabilities", "prediction"];

    private static readonly string[] OfClasses = ["accuracy", "precision", "recall", "f1", "rocAuc", "prAuc", "logLoss", "brier", "calibrationError"];
    private static readonly string[] OfNumbers = ["rmse", "mae", "r2"];
    private static readonly string[] Candidates = ["baseline", "linear", "additive", "trees", "network"];

    /// <summary>Names in camelCase, unknown ones refused; also how a spec is written.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        PropertyNameCaseInsensitive = false,
        NumberHandling = JsonNumberHandling.Strict,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = false,
        AllowDuplicateProperties = false,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    public static Outcome<RunSpec> Read(ReadOnlySpan<byte> utf8)
    {
        RunSpec? spec;
        try
        {
            spec = JsonSerializer.Deserialize<RunSpec>(utf8, Json);
        }
        catch (JsonException wrong)
        {
            return new Failure(FailureKind.Malformed, "Not a run spec", $"{wrong.Message} See docs/training-contract.md for the fields.");
        }

        if (spec is null) return new Failure(FailureKind.Malformed, "Not a run spec", "The spec is null; it must be a JSON object.");
        List<FieldError> errors = [.. Errors(spec)];
        return errors.Count == 0
            ? spec
            : new Failure(FailureKind.Malformed, "Run spec refused", string.Join(' ', errors.Select(e => $"{e.Field}: {e.Detail}"))) { Errors = errors };
    }

    private static IEnumerable<FieldError> Errors(RunSpec spec) => Whole(spec).Concat(Columns(spec)).Concat(Limits(spec)).Concat(Judging(spec));

    private static IEnumerable<FieldError> Whole(RunSpec spec)
    {
        if (spec.Contract != 1) yield return new("contract", $"{spec.Contract} is not a version that this trainer knows; it is 1.");
        if (spec.Dataset.Path is null == spec.Dataset.Blob is null) yield return new("dataset", "exactly one of path and blob must be given.");
        if (spec.Dataset.Sha256 is { } hash && (hash.Length != 64 || hash.Any(c => !char.IsAsciiHexDigitLower(c))))
            yield return new("dataset.sha256", $"'{hash}' is not 64 hexadecimal digits in lower case.");
        if (spec.Dataset.Blob is { } blob && blob.IndexOf('/', StringComparison.Ordinal) is <= 0) yield return new("dataset.blob", $"'{blob}' is not container/name.");
        foreach (string name in spec.Candidates ?? [])
        {
            if (!Candidates.Contains(name)) yield return new("candidates", $"'{name}' is none of {string.Join(", ", Candidates)}.");
        }
    }

    private static IEnumerable<FieldError> Columns(RunSpec spec)
    {
        if (string.IsNullOrEmpty(spec.Label.Column)) yield return new("label.column", "must name a column.");
        if (spec.Label.Positive is not null && spec.Task != TrainingTask.Binary) yield return new("label.positive", "is for a binary task only.");
        if (spec.Features.Count == 0) yield return new("features", "names no column.");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var feature in spec.Features)
        {
            if (string.IsNullOrEmpty(feature.Name)) yield return new("features", "has a feature without a name.");
            else if (!seen.Add(feature.Name)) yield return new("features", $"names '{feature.Name}' twice.");
            else if (feature.Name == spec.Label.Column) yield return new("features", $"names '{feature.Name}', which is the label.");
            else if (spec.Split.Kind == SplitKind.Time && feature.Name == spec.Split.Column) yield return new("features", $"names '{feature.Name}', by whose time the rows are split: a model must not know it.");
            else if (Reserved.Contains(feature.Name)) yield return new("features", $"names '{feature.Name}', which is an output of the model; rename the column.");
        }
    }

    private static IEnumerable<FieldError> Limits(RunSpec spec)
    {
        if (spec.Split.Kind != SplitKind.Stratified && string.IsNullOrEmpty(spec.Split.Column)) yield return new("split.column", $"must name the column to split by, as the kind is {spec.Split.Kind}.");
        if (spec.Split.Kind == SplitKind.Stratified && spec.Split.Column is not null) yield return new("split.column", "is for the kinds time and key.");
        if (spec.Split.Validation is not (>= 0.01 and <= 0.5)) yield return new("split.validation", $"{spec.Split.Validation} is outside 0.01 to 0.5.");
        if (spec.Split.Test is not (>= 0.01 and <= 0.5)) yield return new("split.test", $"{spec.Split.Test} is outside 0.01 to 0.5.");
        if (spec.Split.Test + spec.Split.Validation > 0.8) yield return new("split", "leaves less than 20 % of the rows to train on.");
        if (spec.Seed is < 0 or > (1L << 53) - 1) yield return new("seed", $"{spec.Seed} is outside 0 to 2^53 - 1.");
        if (!(spec.Budget.Seconds >= 1)) yield return new("budget.seconds", $"{spec.Budget.Seconds} is less than 1.");
        if (spec.Budget.Trials is < 1 or > 10_000) yield return new("budget.trials", $"{spec.Budget.Trials} is outside 1 to 10000.");
        if (spec.MaxCategories is < 2 or > 200) yield return new("maxCategories", $"{spec.MaxCategories} is outside 2 to 200.");
        if (spec.Tolerance is not (>= 0 and <= 0.5)) yield return new("tolerance", $"{spec.Tolerance} is outside 0 to 0.5.");
    }

    private static IEnumerable<FieldError> Judging(RunSpec spec)
    {
        string[] known = spec.IsClassification ? OfClasses : OfNumbers;
        if (spec.Metrics is { Count: 0 }) yield return new("metrics", "names none.");
        foreach (string metric in spec.Metrics ?? [])
        {
            if (!known.Contains(metric)) yield return new("metrics", $"'{metric}' is none of {string.Join(", ", known)}, which judge a {spec.Task} task.");
        }

        if (spec.Threshold is { } threshold)
        {
            if (spec.Task != TrainingTask.Binary) yield return new("threshold", "is for a binary task only.");
            else if (!(threshold.ValueKind == JsonValueKind.String && threshold.GetString() == "f1") && spec.FixedThreshold is not (> 0 and < 1)) yield return new("threshold", $"{threshold.GetRawText()} is neither \"f1\" nor a number between 0 and 1.");
        }

        if (spec.ClassWeights is not { } asked) yield break;
        bool weights = asked.ValueKind == JsonValueKind.Object && asked.EnumerateObject().All(w => w.Value.ValueKind == JsonValueKind.Number && w.Value.GetDouble() > 0);
        if (!spec.IsClassification) yield return new("classWeights", "are for classification only.");
        else if (!weights && !(asked.ValueKind == JsonValueKind.String && asked.GetString() == "balanced")) yield return new("classWeights", "must be \"balanced\" or an object of weights above 0 by class.");
    }
}
