using Tidemark.Platform.Tabular;
using Tidemark.Validation.Expectations;

namespace Tidemark.Validation.Suites;

/// <summary>Values to put into a table where row actions ask for it; the table given is not changed.</summary>
internal sealed class TableRepairs(Table table)
{
    private readonly Dictionary<(Column Column, int Row), object> values = [];

    /// <summary>Notes the repair of one failing value; false when the action repairs nothing here (unfitted, no bounds, not a number).</summary>
    public bool Try(RowAction action, RowMap rows, int row)
    {
        if (rows.Names.Count != 1 || action.NeedsFitting)
            return false;
        Column column = table.Find(rows.Names[0])!;
        object? value = action.Kind switch
        {
            RowActionKind.Impute => action.Value,
            RowActionKind.Clip when rows is BetweenRows between => Clipped(between, Values.Number(column.Cell(row))),
            _ => null,
        };
        if (value is not null)
            values[(column, row)] = value;
        return value is not null;
    }

    public Table Apply()
    {
        if (values.Count == 0)
            return table;
        var repaired = values.Keys.Select(key => key.Column).ToHashSet();
        return new Table(table.Columns.Select(column => repaired.Contains(column) ? Repaired(column) : column).ToList()).Filled(table.Rows, table.FirstRow);
    }

    private static double? Clipped(BetweenRows between, double? value) => value is not { } number || double.IsNaN(number)
        ? null
        : number < between.Limits.Low ? between.Limits.Low : number > between.Limits.High ? between.Limits.High : null;

    /// <summary>Integers stay integers when every value put in is one; else the column becomes one of real numbers, or of mixed cells.</summary>
    private Column Repaired(Column column)
    {
        List<object> put = values.Where(value => value.Key.Column == column).Select(value => value.Value).ToList();
        bool numbers = put.All(value => Values.Number(value) is not null), whole = numbers && put.All(value => Values.Number(value) % 1 == 0);
        switch (column)
        {
            case IntegerColumn when whole:
                return Fill(new IntegerColumn(column.Name), column, (to, value) => to.Append((long)Values.Number(value)!.Value));
            case IntegerColumn or RealColumn when numbers:
                return Fill(new RealColumn(column.Name), column, (to, value) => to.Append(Values.Number(value)!.Value));
            case TextColumn when put.All(value => value is string):
                return Fill(new TextColumn(column.Name), column, (to, value) => to.Append((string)value));
            default:
                return Fill(new MixedColumn(column.Name), column, (to, value) => to.Append(value));
        }
    }

    private T Fill<T>(T to, Column from, Action<T, object> append)
        where T : Column
    {
        for (int row = 0; row < from.Count; row++)
        {
            if ((values.GetValueOrDefault((from, row)) ?? from.Cell(row)) is { } value)
                append(to, value);
            else
                to.AppendMissing();
        }

        return to;
    }
}
