namespace Tidemark.Platform.Tabular.Readers;

/// <summary>How to read a CSV (RFC 4180: quotes around a cell, two for one; line ends \n, \r\n or \r, mixed at will).</summary>
public sealed record CsvOptions
{
    public static readonly CsvOptions Default = new();

    /// <value>The byte between cells. Default: a comma, or where the header line has none but has semicolons, tabs or bars, the first of those.</value>
    public char? Separator { get; init; }

    /// <value>Names of the columns of data without a header line. Default: null, the first line names them.</value>
    public IReadOnlyList<string>? Header { get; init; }

    /// <value>The stream is UTF-8 from its first byte on, whatever that byte looks like: a part out of the middle of a file. Default false.</value>
    public bool Plain { get; init; }

    /// <value>Kinds known beforehand, by column name. A cell that is not of its kind makes its row a fault instead of widening the column.</value>
    public IReadOnlyDictionary<string, ColumnKind> Kinds { get; init; } = new Dictionary<string, ColumnKind>();

    /// <value>Kind of the columns that <see cref="Kinds"/> does not name. Default: null, found out from the cells.</value>
    public ColumnKind? OtherKinds { get; init; }

    /// <value>An empty cell is missing, and no word is (<c>NA</c>, <c>null</c>, …), as training has it. Default: false, the words of pandas count too.</value>
    public bool OnlyEmptyIsMissing { get; init; }

    /// <value>Most rows in a batch. Default 1,024.</value>
    public int BatchRows { get; init; } = 1024;

    /// <value>All rows in one batch, so that a column has one kind throughout; the data must then fit <see cref="MaxWholeBytes"/>.</value>
    public bool Whole { get; init; }

    /// <value>Longest row in bytes. Default 16 MiB.</value>
    public int MaxRowBytes { get; init; } = 16 << 20;

    /// <value>Most columns. Default 131,072.</value>
    public int MaxColumns { get; init; } = 131_072;

    /// <value>Most bytes, unpacked, when read <see cref="Whole"/>. Default 256 MiB.</value>
    public int MaxWholeBytes { get; init; } = 256 << 20;
}
