using Tidemark.Platform.Tabular;
using Tidemark.Validation.Expectations;

namespace Tidemark.Validation.Suites;

/// <summary>Values to put into a table where row actions ask for it; the table given is not changed.</summary>
internal sealed class TableRepairs(Table table)
{
    private readonly Dictionary<string, Column> added = new(StringComparer.Ordinal);
    private readonly Dictionary<Column, SortedDictionary<int, object>> values = [];

    /// <summary>Notes the repair of one failing value; false when the action repairs nothing here (unfitted, no bounds, not a number).</summary>
    public bool Try(RowAction action, RowMap rows, int row)
    {
        if (action.Kind is not (RowActionKind.Impute or RowActionKind.Clip) || rows.Names.Count != 1 || action.NeedsFitting)
            return false;
        Column column = table.Find(rows.Names[0]) ?? Added(rows.Names[0]);
        object? value = action.Kind switch
        {
            RowActionKind.Impute => action.Value,
            _ => rows is BetweenRows between ? Clipped(between, Values.Number(column.Cell(row))) : null,
        };
        if (value is null)
            return false;
        if (!values.TryGetValue(column, out SortedDictionary<int, object>? put))
            values[column] = put = [];
        put[row] = value;
        return true;
    }

    public Table Apply() => values.Count == 0
        ? table
        : new Table(table.Columns.Concat(added.Values).Select(column => values.TryGetValue(column, out var put) ? Repaired(column, put) : column).ToArray()).Filled(table.Rows, table.FirstRow);

    /// <summary>A column that the table lacks, without values.</summary>
    private Column Added(string name)
    {
        if (added.TryGetValue(name, out Column? known))
            return known;
        Column column = added[name] = new RealColumn(name);
        for (int row = 0; row < table.Rows; row++)
            column.AppendMissing();
        return column;
    }

    private static double? Clipped(BetweenRows between, double? value) => value is not { } number || double.IsNaN(number)
        ? null
        : number < between.Limits.Low ? between.Limits.Low : number > between.Limits.High ? between.Limits.High : null;

    /// <summary>Integers stay integers when every value put in is one; else the column becomes one of real numbers, or of mixed cells.</summary>
    private static Column Repaired(Column column, SortedDictionary<int, object> put)
    {
        bool numbers = put.Values.All(value => Values.Number(value) is not null);
        switch (column)
        {
            case IntegerColumn integers when numbers && put.Values.All(value => Values.Number(value) % 1 == 0):
                return Patched(Copy(integers, new IntegerColumn(column.Name), value => value), put, value => (long)Values.Number(value)!.Value);
            case IntegerColumn integers when numbers:
                return Patched(Copy(integers, new RealColumn(column.Name), value => value), put, value => Values.Number(value)!.Value);
            case RealColumn reals when numbers:
                return Patched(Copy(reals, new RealColumn(column.Name), value => value), put, value => Values.Number(value)!.Value);
            case TextColumn texts when put.Values.All(value => value is string):
                return Texts(texts, put);
            default:
                return Patched(Mixed(column), put, value => value);
        }
    }

    private static Column<TTo> Copy<TFrom, TTo>(Column<TFrom> from, Column<TTo> to, Func<TFrom, TTo> widen)
    {
        for (int row = 0; row < from.Count; row++)
        {
            if (from.IsMissing(row))
                to.AppendMissing();
            else
                to.Append(widen(from.Values[row]));
        }

        return to;
    }

    private static Column<T> Patched<T>(Column<T> column, SortedDictionary<int, object> put, Func<object, T> value)
    {
        foreach ((int row, object cell) in put)
            column.Put(row, value(cell));
        return column;
    }

    private static TextColumn Texts(TextColumn from, SortedDictionary<int, object> put)
    {
        var to = new TextColumn(from.Name);
        for (int row = 0; row < from.Count; row++)
        {
            if (put.TryGetValue(row, out object? value))
                to.Append((string)value);
            else if (from.IsMissing(row))
                to.AppendMissing();
            else
                to.Append(from.Utf8(row));
        }

        return to;
    }

    private static MixedColumn Mixed(Column from)
    {
        var to = new MixedColumn(from.Name);
        for (int row = 0; row < from.Count; row++)
        {
            if (from.Cell(row) is { } cell)
                to.Append(cell);
            else
                to.AppendMissing();
        }

        return to;
    }
}
