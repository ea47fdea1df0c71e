namespace Tidemark.Retraining.Datasets;

/// <summary>A dataset version: what a retraining was trained and judged on, never changed. Stored as <c>datasets/{model}/{retraining}/manifest.json</c>.</summary>
/// <param name="Blob">The rows as CSV, <c>datasets/{model}/{retraining}/{hash}.csv</c>.</param>
/// <param name="Sha256">Of the file's bytes.</param>
/// <param name="Bytes">Their number.</param>
/// <param name="Rows">Data rows.</param>
/// <param name="Labelled">Rows with a label.</param>
/// <param name="From">Time of the first row of the log; null where none is of it.</param>
/// <param name="To">Time of the last one.</param>
/// <param name="Columns">In the order of the file.</param>
/// <param name="Sources">What it was made of.</param>
/// <param name="Created">When, UTC.</param>
public sealed record FrozenDataset(
    string Blob, string Sha256, long Bytes, long Rows, long Labelled, DateTimeOffset? From, DateTimeOffset? To,
    IReadOnlyList<string> Columns, IReadOnlyList<FrozenSource> Sources, DateTimeOffset Created);

/// <param name="Name">Container and path.</param>
/// <param name="ETag">Entity tag as it was read.</param>
/// <param name="Rows">Rows taken.</param>
public sealed record FrozenSource(string Name, string ETag, long Rows);
