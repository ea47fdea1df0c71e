using Tidemark.Platform.Errors;

namespace Tidemark.BatchScoring.Planning;

/// <summary>The columns that a model takes from a table, in its order.</summary>
/// <param name="Model">The version, for messages.</param>
/// <param name="Width">How many; 0 for a model that no table fits.</param>
/// <param name="Names">Their names; empty when the model does not name them and takes columns by their order.</param>
public sealed record FeatureNames(string Model, int Width, IReadOnlyList<string> Names)
{
    /// <summary>Why a file with these columns can't be scored; null when it can. JSON lines whose first line is no object are left to the workers.</summary>
    public Failure? Refusal(string source, IReadOnlyList<string> columns)
    {
        if (Width == 0)
            return Refuse("no table fits: it has several inputs of more than one column. Export it with one input per column, or with one matrix.");
        if (columns.Count == 0)
            return null;
        if (Names.Count == 0 && columns.Count != Width)
            return Refuse($"does not name its {Width} columns and takes them by order, and the file has {columns.Count}: {PlanDraft.Listed(columns)}. Give the model the metadata feature_names, or send exactly its columns.");
        List<string> missing = [.. Names.Except(columns, StringComparer.Ordinal)];
        return missing.Count == 0 ? null : Refuse($"takes columns that the file lacks: {PlanDraft.Listed(missing)}. It has {PlanDraft.Listed(columns)}. Rename or add the columns.");

        Failure Refuse(string why) => new(FailureKind.Unprocessable, "File does not fit the model", $"The file {source} can't be scored: the model {Model} {why}");
    }
}
