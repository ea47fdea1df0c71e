using Tidemark.BatchScoring.Jobs;
using Tidemark.Platform.Tabular.Readers;

namespace Tidemark.BatchScoring.Planning;

/// <summary>What every worker of a job must know: <c>results/{job}/plan.json</c>. It follows from the job and its file, so that two planners write the same.</summary>
public sealed record BatchPlan
{
    public required string Job { get; init; }

    public required string Model { get; init; }

    public required string Version { get; init; }

    public string? Suite { get; init; }

    public required BatchRequest Request { get; init; }

    public required DataFormat Format { get; init; }

    /// <summary>Container and path of the UTF-8 text: the file itself, or the copy that was unpacked from it.</summary>
    public required string TextContainer { get; init; }

    public required string TextPath { get; init; }

    /// <summary>ETag that the text must have, without quotes; null for a copy, which is the same whoever wrote it.</summary>
    public string? TextETag { get; init; }

    /// <summary>What stands between the cells of a CSV.</summary>
    public char Separator { get; init; } = ',';

    /// <summary>Columns of a CSV in its order; null for JSON lines.</summary>
    public IReadOnlyList<string>? Header { get; init; }

    public required ShardCut Cut { get; init; }

    public required OutputLayout Outputs { get; init; }

    /// <summary>Columns of the input that are written beside the predictions.</summary>
    public required IReadOnlyList<string> Kept { get; init; }

    /// <summary>The column that names a row; null when there is none.</summary>
    public string? Key { get; init; }

    /// <summary>Whether the model takes columns by their order, since it does not name them.</summary>
    public bool Positional { get; init; }

    /// <summary>When the job was made, which says where in the prediction log its rows are.</summary>
    public required DateTimeOffset Created { get; init; }
}
