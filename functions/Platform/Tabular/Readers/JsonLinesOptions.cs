namespace Tidemark.Platform.Tabular.Readers;

/// <summary>How to read JSON lines: one object a line, its keys the columns.</summary>
public sealed record JsonLinesOptions
{
    public static readonly JsonLinesOptions Default = new();

    /// <value>The stream is UTF-8 from its first byte on, whatever that byte looks like: a part out of the middle of a file. Default false.</value>
    public bool Plain { get; init; }

    /// <value>Kinds known beforehand, by key. A value of another kind makes its row a fault.</value>
    public IReadOnlyDictionary<string, ColumnKind> Kinds { get; init; } = new Dictionary<string, ColumnKind>();

    /// <value>Most rows in a batch. Default 1,024.</value>
    public int BatchRows { get; init; } = 1024;

    /// <value>Longest line in bytes. Default 16 MiB.</value>
    public int MaxRowBytes { get; init; } = 16 << 20;

    /// <value>Most keys over all lines. Default 16,384.</value>
    public int MaxColumns { get; init; } = 16_384;
}
