using Tidemark.BatchScoring.Jobs;
using Tidemark.BatchScoring.Scoring;

namespace Tidemark.BatchScoring.Completing;

/// <summary>What a completed job was and gave, <c>results/{job}/manifest.json</c>: written last, so that its presence means that everything else is there.</summary>
public sealed record BatchManifest
{
    public required string Job { get; init; }

    public required BatchState State { get; init; }

    public required string Model { get; init; }

    public required string Version { get; init; }

    /// <summary>The suite and its version; null when the model version names none.</summary>
    public string? Suite { get; init; }

    public required InputFile Input { get; init; }

    /// <summary>Columns of the result, in order; for JSON lines the keys.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>Data rows of the input: always <see cref="Scored"/> and <see cref="Quarantined"/> together.</summary>
    public required long Rows { get; init; }

    public required long Scored { get; init; }

    public required long Quarantined { get; init; }

    /// <summary>Container and path of the predictions.</summary>
    public required string Predictions { get; init; }

    /// <summary>SHA-256 of all bytes of that blob, header line included, read back after it was put together: what <c>sha256sum</c> says of the download.</summary>
    public required string PredictionsSha256 { get; init; }

    /// <summary>Container and path of the rows set aside; null when there are none.</summary>
    public string? Quarantine { get; init; }

    /// <summary>The same of the rows set aside.</summary>
    public string? QuarantineSha256 { get; init; }

    /// <summary>Rows set aside by rule, warnings by rule, and the distribution of the predictions.</summary>
    public required ShardSummary Summary { get; init; }

    public required IReadOnlyList<ShardResult> Shards { get; init; }

    /// <summary>The job whose quarantine was replayed.</summary>
    public string? ReplayOf { get; init; }

    public required BatchTimings Timings { get; init; }
}

/// <summary>The file that was scored, as it was.</summary>
public sealed record InputFile(string Source, string ETag, long Bytes, string? Sha256);

/// <summary>One shard's part of the result.</summary>
/// <param name="FirstRow">Number of its first row.</param>
/// <param name="Rows">How many rows it is.</param>
/// <param name="Scored">Rows in the result.</param>
/// <param name="Quarantined">Rows set aside.</param>
/// <param name="ResultBytes">Bytes of its part of the result.</param>
/// <param name="ResultSha256">SHA-256 of that part: of the result, the header line comes first, then the shards' parts in order.</param>
/// <param name="Attempts">How often it was begun.</param>
/// <param name="Seconds">How long the attempt that counts took.</param>
/// <param name="GivenUp">Why all of its rows were set aside; null when it was scored.</param>
public sealed record ShardResult(
    long FirstRow, long Rows, long Scored, long Quarantined, long ResultBytes, string? ResultSha256, int Attempts, double Seconds, string? GivenUp);

/// <summary>When things happened, UTC.</summary>
/// <param name="Created">The job was made.</param>
/// <param name="Started">Planning began.</param>
/// <param name="Finished">The result was put together.</param>
/// <param name="WorkerSeconds">Time of all workers together.</param>
/// <param name="RowsPerSecond">Rows by time from start to finish.</param>
public sealed record BatchTimings(DateTimeOffset Created, DateTimeOffset Started, DateTimeOffset Finished, double WorkerSeconds, double RowsPerSecond);
