namespace Tidemark.BatchScoring.Jobs;

/// <summary>What is to be scored, and how. A dropped file has no options.</summary>
public sealed record BatchRequest
{
    public string Container { get; init; } = "";

    public string Path { get; init; } = "";

    /// <summary>ETag of the file, without quotes: another content is another job.</summary>
    public string ETag { get; init; } = "";

    /// <summary>The model; the first folder of a file in <c>incoming</c> when the caller names none.</summary>
    public string Model { get; init; } = "";

    /// <summary>The version asked for; null for the champion at the time when the job begins.</summary>
    public string? Version { get; init; }

    /// <summary>The suite asked for, <c>name/version</c>; null for the one that the version's lineage names.</summary>
    public string? Suite { get; init; }

    /// <summary>Columns of the input to write beside the predictions, separated by newlines; <c>*</c> for all, null for none.</summary>
    public string? Keep { get; init; }

    /// <summary>The column that names a row in quarantine and log; null for one called id or key.</summary>
    public string? Key { get; init; }

    /// <summary>Adds a column <c>decision</c>: whether the probability of the second class reaches this.</summary>
    public double? Threshold { get; init; }

    public string? Callback { get; init; }

    /// <summary>Puts an apostrophe before texts that a spreadsheet would take for a formula.</summary>
    public bool NeutraliseFormulas { get; init; }

    /// <summary>Counts the tries of a file whose job failed or was cancelled.</summary>
    public int Again { get; init; }

    /// <summary>The job whose quarantined rows these are.</summary>
    public string? ReplayOf { get; init; }

    public string Source => $"{Container}/{Path}";

    /// <summary>Names of the columns to keep; empty also for all of them.</summary>
    public IReadOnlyList<string> KeptColumns() => Keep is null or "*" ? [] : Keep.Split('\n');
}

/// <summary>A message on queue <c>batch-shards</c>.</summary>
public sealed record ShardMessage(string Job, int Shard);

/// <summary>A message on queue <c>batch-intake</c> from <c>POST /api/batches</c>.</summary>
public sealed record BatchMessage(BatchRequest Batch);
