using Tidemark.Platform.Tabular;

namespace Tidemark.Validation.Expectations;

/// <summary>A table as expectations see it: NaN counts as missing, and that is worked out once for all expectations.</summary>
public sealed class Batch
{
    private readonly Dictionary<Column, bool[]> present = [];
    private readonly HashSet<Column> known = [];

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

    /// <summary>Per row: true where the column has a value that is not NaN.</summary>
    public ReadOnlySpan<bool> Present(Column column)
    {
        if (column is not RealColumn real)
            return column.Present;
        if (!present.TryGetValue(column, out bool[]? valid) || valid.Length < column.Count)
            present[column] = valid = new bool[column.Count];
        if (known.Add(column))
            MarkNumbers(real, valid);
        return valid.AsSpan(0, column.Count);
    }

    private static void MarkNumbers(RealColumn column, bool[] valid)
    {
        ReadOnlySpan<bool> present = column.Present;
        ReadOnlySpan<double> values = column.Values;
        for (int i = 0; i < values.Length; i++)
            valid[i] = present[i] & !double.IsNaN(values[i]);
    }
}
