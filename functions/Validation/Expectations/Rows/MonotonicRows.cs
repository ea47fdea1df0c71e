using Tidemark.Platform.Tabular;

namespace Tidemark.Validation.Expectations;

/// <summary>
/// <c>expect_column_values_to_be_increasing</c> and <c>…_decreasing</c>: each value against the last one before it that is not missing;
/// equal is fine unless <c>strictly</c>. Numbers and dates; texts with <c>parse_strings_as_datetimes</c>.
/// </summary>
internal sealed class MonotonicRows(Arguments arguments, ResultFormat format, int direction) : RowMap(arguments, format, [arguments.Text("column")])
{
    private readonly bool strictly = arguments.Flag("strictly"), dates = arguments.Flag("parse_strings_as_datetimes");
    private object? last;

    public override bool IsRowwise => false;

    protected override void Judge(Column[] columns, ReadOnlySpan<bool> considered, Span<bool> unexpected)
    {
        for (int i = 0; i < unexpected.Length && Fault is null; i++)
        {
            if (!considered[i])
                continue;
            object? value = Step(columns[0].Cell(i));
            int? order = last is null ? direction : Values.Compare(value, last) * direction;
            if (order is null || value is string)
                Fail(Fault.Kind($"'{Names[0]}' holds {PythonText.Of(value)}, which has no distance to {PythonText.Of(last)}; order needs numbers or dates."));
            unexpected[i] = last is not null && (order < 0 || (strictly && order == 0));
            last = value;
        }
    }

    private object? Step(object? cell) => dates && cell is string text ? DateText.Parse(text) ?? cell : cell;
}
