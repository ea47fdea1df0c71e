namespace Tidemark.Platform.Tabular;

/// <summary>
/// Rows as columns of equal length. A whole small data set is one table; a stream is a sequence of tables, which may be one
/// instance that the reader refills.
/// </summary>
public sealed class Table
{
    private readonly Dictionary<string, int> places;

    /// <param name="columns">In the order of the data; of equal length, names distinct.</param>
    /// <param name="names">What the columns are called here; null: by their own names.</param>
    public Table(IReadOnlyList<Column> columns, IReadOnlyList<string>? names = null)
    {
        (Columns, Names) = (columns, names ?? [.. columns.Select(column => column.Name)]);
        places = new Dictionary<string, int>(columns.Count, StringComparer.Ordinal);
        for (int i = 0; i < columns.Count; i++)
            places.Add(Names[i], i);
    }

    public IReadOnlyList<Column> Columns { get; }

    public IReadOnlyList<string> Names { get; }

    /// <summary>Number of rows of this table (of this batch, when it is one of a stream).</summary>
    public int Rows { get; private set; }

    /// <summary>Number of data rows before this table in its stream: row <c>i</c> here is row <c>FirstRow + i</c> of the data.</summary>
    public long FirstRow { get; private set; }

    /// <summary>The column of that name, or null.</summary>
    public Column? Find(string name) => places.TryGetValue(name, out int place) ? Columns[place] : null;

    /// <summary>Tells that the columns are filled. Every column has <paramref name="rows"/> cells.</summary>
    public Table Filled(int rows, long firstRow = 0)
    {
        for (int i = 0; i < Columns.Count; i++)
        {
            if (Columns[i].Count != rows)
                throw new InvalidOperationException($"Column '{Columns[i].Name}' has {Columns[i].Count} cells where the table has {rows} rows.");
        }

        (Rows, FirstRow) = (rows, firstRow);
        return this;
    }

    /// <summary>Empties every column for the next batch.</summary>
    public void Clear()
    {
        for (int i = 0; i < Columns.Count; i++)
            Columns[i].Clear();
        Rows = 0;
    }
}
