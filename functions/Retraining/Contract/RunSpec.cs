using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tidemark.Retraining.Contract;

/// <summary>What to train, as docs/training-contract.md says; <see cref="RunSpecReader"/> gives only specs that keep its rules.</summary>
public sealed record RunSpec
{
    public required int Contract { get; init; }

    public required DatasetSpec Dataset { get; init; }

    public required TrainingTask Task { get; init; }

    public required LabelSpec Label { get; init; }

    public required IReadOnlyList<FeatureSpec> Features { get; init; }

    /// <value>Default: stratified, 15 % validation, 15 % test.</value>
    public SplitSpec Split { get; init; } = new() { Kind = SplitKind.Stratified };

    /// <value>0 to 2^53 - 1. Default 1.</value>
    public long Seed { get; init; } = 1;

    /// <value>Default: null, all that the trainer has.</value>
    public IReadOnlyList<string>? Candidates { get; init; }

    public BudgetSpec Budget { get; init; } = new();

    /// <value>What the model will be judged by. Default: null, the area under the ROC curve and log loss, or RMSE.</value>
    public IReadOnlyList<string>? Metrics { get; init; }

    /// <value>"balanced" or weights by class. Default: null, all rows weigh the same.</value>
    public JsonElement? ClassWeights { get; init; }

    public IReadOnlyList<string> Sensitive { get; init; } = [];

    /// <value>Most categories of a column that are told apart. Default 32.</value>
    public int MaxCategories { get; init; } = 32;

    /// <value>Share of the best loss within which a simpler candidate wins. Default 0.005.</value>
    public double Tolerance { get; init; } = 0.005;

    /// <value>"f1" or a number in (0, 1). Default: null, the best F1 on validation.</value>
    public JsonElement? Threshold { get; init; }

    /// <value>Folder of the run, relative to the spec. Default: null, beside the spec.</value>
    public string? Output { get; init; }

    [JsonIgnore]
    public bool IsClassification => Task != TrainingTask.Regression;

    [JsonIgnore]
    public IReadOnlyList<string> Headline => Metrics ?? (IsClassification ? ["rocAuc", "logLoss"] : ["rmse"]);

    /// <summary>The threshold that the spec fixes, or null for the best F1.</summary>
    [JsonIgnore]
    public double? FixedThreshold => Threshold is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null;
}

public enum TrainingTask
{
    Binary,
    Multiclass,
    Regression,
}

/// <summary>A file by path, or a blob as <c>container/name</c>; <paramref name="Sha256"/> of its bytes where it must be that very one.</summary>
public sealed record DatasetSpec(string? Path = null, string? Blob = null, string? Sha256 = null);

public sealed record LabelSpec(string Column, string? Positive = null);

public sealed record FeatureSpec(string Name, FeatureType Type);

public enum FeatureType
{
    Numeric,
    Categorical,
}

public sealed record SplitSpec
{
    public required SplitKind Kind { get; init; }

    /// <value>Column of the time or the key.</value>
    public string? Column { get; init; }

    /// <value>Share of the rows. Default 0.15.</value>
    public double Validation { get; init; } = 0.15;

    /// <value>Share of the rows. Default 0.15.</value>
    public double Test { get; init; } = 0.15;
}

public enum SplitKind
{
    Stratified,
    Time,
    Key,
}

/// <param name="Seconds">Wall-clock seconds, resumptions summed. Default 3,600.</param>
/// <param name="Trials">Settings tried per candidate. Default 8.</param>
public sealed record BudgetSpec(double Seconds = 3600, int Trials = 8);
