namespace Tidemark.Platform.Tabular;

/// <summary>What the cells of a column hold; a missing cell is possible in each.</summary>
public enum ColumnKind
{
    Integer,
    Real,
    Boolean,

    /// <summary>UTF-8 text. Dates arrive as text too: what reads them as dates is the expectation.</summary>
    Text,

    /// <summary>Cells of differing kinds, as request JSON may hold; see <see cref="MixedColumn"/>.</summary>
    Mixed,
}

/// <summary>
/// A named column of cells, filled from the top and refilled after <see cref="Clear"/>: readers reuse the same columns for every
/// batch, so whoever keeps a cell beyond the batch copies it.
/// </summary>
public abstract class Column(string name)
{
    private bool[] present = [];

    public string Name { get; } = name;

    public abstract ColumnKind Kind { get; }

    /// <summary>Number of cells, missing ones included.</summary>
    public int Count { get; private set; }

    /// <summary>Number of missing cells.</summary>
    public int Missing { get; private set; }

    /// <summary>Per cell: true where there is a value.</summary>
    public ReadOnlySpan<bool> Present => present.AsSpan(0, Count);

    public bool IsMissing(int row) => !present[row];

    /// <summary>
    /// The cell as <see cref="long"/>, <see cref="double"/>, <see cref="bool"/>, <see cref="string"/>, <see cref="DateTime"/> or
    /// <see cref="System.Text.Json.JsonElement"/> (an array or object), null when missing. Allocates: for reports and slow paths.
    /// </summary>
    public abstract object? Cell(int row);

    /// <summary>Adds a missing cell.</summary>
    public abstract void AppendMissing();

    /// <summary>Forgets the cells and keeps the memory.</summary>
    public virtual void Clear() => (Count, Missing) = (0, 0);

    /// <summary>Counts one more cell; returns its row. Derived columns call it once per append and store the value at that row.</summary>
    protected int Advance(bool valid)
    {
        if (Count == present.Length)
            Array.Resize(ref present, Grown(Count));
        present[Count] = valid;
        if (!valid)
            Missing++;
        return Count++;
    }

    /// <summary>The flags of <paramref name="count"/> cells to come, to be written before they are counted by <see cref="Take"/>.</summary>
    protected Span<bool> PresentRoom(int count)
    {
        if (present.Length - Count < count)
            Array.Resize(ref present, Math.Max(Count + count, Grown(present.Length)));
        return present.AsSpan(Count, count);
    }

    /// <summary>Counts cells that were written into room had before, <paramref name="missing"/> of them missing.</summary>
    public void Take(int count, int missing) => (Count, Missing) = (Count + count, Missing + missing);

    /// <summary>Makes a cell of an earlier append one that has a value.</summary>
    protected void MarkPresent(int row)
    {
        Missing -= present[row] ? 0 : 1;
        present[row] = true;
    }

    protected static int Grown(int length) => Math.Max(16, checked(length * 2));
}

/// <summary>A column whose cells are values of one type in an array; the value of a missing cell is the type's default.</summary>
public abstract class Column<T>(string name) : Column(name)
{
    private T[] values = [];

    /// <summary>Per cell its value; look at <see cref="Column.Present"/> first.</summary>
    public Span<T> Values => values.AsSpan(0, Count);

    /// <summary>Room for cells to come, to write values and flags into; <see cref="Column.Take"/> then counts them.</summary>
    public Span<T> Room(int count, out Span<bool> present)
    {
        present = PresentRoom(count);
        if (values.Length - Count < count)
            Array.Resize(ref values, Math.Max(Count + count, Grown(values.Length)));
        return values.AsSpan(Count, count);
    }

    public void Append(T value) => Store(value, valid: true);

    public override void AppendMissing() => Store(default!, valid: false);

    public override object? Cell(int row) => IsMissing(row) ? null : values[row];

    /// <summary>Replaces the cell of a row, missing or not, by a value.</summary>
    public void Put(int row, T value)
    {
        MarkPresent(row);
        values[row] = value;
    }

    private void Store(T value, bool valid)
    {
        int row = Advance(valid);
        if (row == values.Length)
            Array.Resize(ref values, Grown(row));
        values[row] = value;
    }
}

/// <summary>64-bit integers.</summary>
public sealed class IntegerColumn(string name) : Column<long>(name)
{
    public override ColumnKind Kind => ColumnKind.Integer;
}

/// <summary>64-bit floating-point numbers. A present cell may be NaN or infinite; expectations count NaN as missing, anomalies report it.</summary>
public sealed class RealColumn(string name) : Column<double>(name)
{
    public override ColumnKind Kind => ColumnKind.Real;
}

public sealed class BooleanColumn(string name) : Column<bool>(name)
{
    public override ColumnKind Kind => ColumnKind.Boolean;
}

/// <summary>
/// Cells of any kind that <see cref="Column.Cell"/> names. Only for small tables from request JSON; streams use the typed columns.
/// </summary>
public sealed class MixedColumn(string name) : Column<object?>(name)
{
    public override ColumnKind Kind => ColumnKind.Mixed;
}
