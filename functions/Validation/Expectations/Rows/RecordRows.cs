using Tidemark.Platform.Tabular;

namespace Tidemark.Validation.Expectations;

/// <summary>
/// Expectations of several columns in one row: <c>expect_select_column_values_to_be_unique_within_record</c> (two missing values are equal)
/// and <c>expect_multicolumn_sum_to_equal</c> (missing values add nothing).
/// </summary>
internal sealed class RecordRows : RowMap
{
    private readonly double? total;
    private readonly UInt128[] keys;

    public RecordRows(Arguments arguments, ResultFormat format, bool sums)
        : base(arguments, format, arguments.Texts("column_list") ?? [], records: true)
    {
        LeftOut = MissingRowsReader.OfSeveral(arguments);
        keys = new UInt128[Names.Count];
        if (sums)
            total = arguments.Number("sum_total");
        if (Names.Count == 0 || (sums && total is null))
            arguments.Refuse(Fault.Kind($"{arguments.Expectation}() needs column_list, a list of names{(sums ? ", and sum_total, a number" : "")}."));
    }

    protected override MissingRows LeftOut { get; }

    protected override void Judge(Column[] columns, ReadOnlySpan<bool> considered, Span<bool> unexpected)
    {
        for (int i = 0; i < unexpected.Length && Fault is null; i++)
            unexpected[i] = considered[i] && (total is { } wanted ? Sum(columns, i) != wanted : HasTwins(columns, i));
    }

    private bool HasTwins(Column[] columns, int row)
    {
        for (int c = 0; c < columns.Length; c++)
        {
            keys[c] = ValueKey.At(columns[c], row);
            if (keys.AsSpan(0, c).Contains(keys[c]))
                return true;
        }

        return false;
    }

    private double Sum(Column[] columns, int row)
    {
        double sum = 0;
        foreach (Column column in columns)
        {
            if (!Batch!.Present(column)[row])
                continue;
            double? number = Values.Number(column.Cell(row));
            if (number is null)
                Fail(Fault.Kind($"The sum needs numbers; '{column.Name}' holds {PythonText.Of(column.Cell(row))}."));
            sum += number ?? 0;
        }

        return sum;
    }
}
