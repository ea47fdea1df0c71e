using System.Numerics;
using Tidemark.Platform.Tabular;

namespace Tidemark.Validation.Expectations;

/// <summary>A table as expectations see it: NaN counts as missing, and that is worked out once for all expectations.</summary>
public sealed class Batch
{
    private readonly Dictionary<string, RealColumn> absent = new(StringComparer.Ordinal);
    private readonly Dictionary<Column, bool[]> marks = [];
    private readonly Dictionary<Column, bool> known = [];

    /// <summary>What is looked at now; setting it (even to the same, refilled table) begins a new batch.</summary>
    public Table Table
    {
        get => field ?? throw new InvalidOperationException("A batch begins with a table.");
        set
        {
            field = value;
            known.Clear();
        }
    }

    /// <summary>The column of that name; one without values where the table has none, as when JSON lines name a key late.</summary>
    public Column Find(string name) => Table.Find(name) ?? Absent(name);

    /// <summary>Whether every row has a value that is not NaN.</summary>
    public bool IsFull(Column column) => column.Missing == 0 && !HasNaN(column);

    /// <summary>Per row: true where the column has a value that is not NaN.</summary>
    public ReadOnlySpan<bool> Present(Column column) => HasNaN(column) ? marks[column].AsSpan(0, column.Count) : column.Present;

    private bool HasNaN(Column column)
    {
        if (column is not RealColumn real)
            return false;
        if (known.TryGetValue(column, out bool has))
            return has;
        known[column] = has = AnyNaN(real.Values);
        if (has)
            Mark(real);
        return has;
    }

    private static bool AnyNaN(ReadOnlySpan<double> values)
    {
        int width = Vector<double>.Count, i = 0;
        for (; i <= values.Length - width; i += width)
        {
            var lanes = new Vector<double>(values[i..]);
            if (!Vector.EqualsAll(lanes, lanes))
                return true;
        }

        for (; i < values.Length; i++)
        {
            if (double.IsNaN(values[i]))
                return true;
        }

        return false;
    }

    private RealColumn Absent(string name)
    {
        if (!absent.TryGetValue(name, out RealColumn? column))
            absent[name] = column = new RealColumn(name);
        if (column.Count > Table.Rows)
            column.Clear();
        while (column.Count < Table.Rows)
            column.AppendMissing();
        return column;
    }

    private void Mark(RealColumn column)
    {
        if (!marks.TryGetValue(column, out bool[]? valid) || valid.Length < column.Count)
            marks[column] = valid = new bool[column.Count];
        ReadOnlySpan<bool> present = column.Present;
        ReadOnlySpan<double> values = column.Values;
        for (int i = 0; i < values.Length; i++)
            valid[i] = present[i] & !double.IsNaN(values[i]);
    }
}
