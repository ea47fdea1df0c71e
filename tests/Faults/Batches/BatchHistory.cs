namespace Tidemark.Tests.Faults.Batches;

/// <summary>What a finished job was given and what it left, as plain facts that <see cref="HistoryChecker"/> compares.</summary>
internal sealed record BatchHistory
{
    /// <summary>The data rows of the file in order.</summary>
    public required IReadOnlyList<InputRow> Input { get; init; }

    public required string InputSha256 { get; init; }

    /// <summary>Without quotes.</summary>
    public required string InputETag { get; init; }

    /// <summary>The result blob; null when there is none.</summary>
    public byte[]? Result { get; init; }

    /// <summary>The rows that the result holds.</summary>
    public IReadOnlyList<ResultRow> Scored { get; init; } = [];

    public IReadOnlyList<QuarantinedRow> Quarantined { get; init; } = [];

    /// <summary>Null when there is none.</summary>
    public ManifestFigures? Manifest { get; init; }

    /// <summary>Whether the job's record says that it is complete, with or without failures.</summary>
    public bool Complete { get; init; } = true;
}

/// <param name="Key">Names the row; no two rows of a file have the same.</param>
/// <param name="Text">The row as it stands in the file, without its line end.</param>
/// <param name="Expected">What an independent calculation scores it with; null for a row that is not fit to be scored.</param>
internal sealed record InputRow(string Key, string Text, double? Expected);

internal sealed record ResultRow(string Key, double Score);

/// <param name="Number">Data row of the file, from 0.</param>
internal sealed record QuarantinedRow(long Number, string Reason, string Text);

/// <param name="Rows">Read, scored and quarantined: the first is the sum of the others.</param>
/// <param name="Reasons">Quarantined rows by reason.</param>
/// <param name="ResultSha256">Of the whole result.</param>
/// <param name="Shards">In the order of the file.</param>
internal sealed record ManifestFigures(
    string State, long Rows, long Scored, long Quarantined, IReadOnlyDictionary<string, long> Reasons, string InputETag, string InputSha256, string ResultSha256,
    IReadOnlyList<string> Columns, IReadOnlyList<ShardFigures> Shards);

/// <param name="Bytes">Of the result that the shard wrote.</param>
/// <param name="Sha256">Of those bytes.</param>
internal sealed record ShardFigures(long FirstRow, long Rows, long Scored, long Quarantined, long Bytes, string Sha256);
