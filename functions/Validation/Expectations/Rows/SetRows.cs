using Tidemark.Platform.Tabular;

namespace Tidemark.Validation.Expectations;

/// <summary><c>expect_column_values_to_be_in_set</c> (no set: vacuously true) and <c>…_to_not_be_in_set</c>.</summary>
internal sealed class SetRows : RowMap
{
    private readonly bool wantMember;
    private readonly HashSet<UInt128>? members;
    private readonly bool parseDates;

    public SetRows(Arguments arguments, ResultFormat format, bool wantMember)
        : base(arguments, format, [arguments.Text("column")])
    {
        this.wantMember = wantMember;
        parseDates = arguments.Flag("parse_strings_as_datetimes");
        IReadOnlyList<object?>? values = arguments.List("value_set");
        if (values is null && !wantMember)
            arguments.Refuse(Fault.Kind("argument of type 'NoneType' is not iterable: give value_set, a list."));
        members = values?.Select(value => ValueKey.Of(parseDates ? DateOf(value) : value)).ToHashSet();
    }

    protected override void Judge(Column[] columns, ReadOnlySpan<bool> considered, Span<bool> unexpected)
    {
        if (members is null)
            return;
        Column column = columns[0];
        for (int i = 0; i < unexpected.Length; i++)
            unexpected[i] = considered[i] && members.Contains(KeyAt(column, i)) != wantMember;
    }

    private UInt128 KeyAt(Column column, int row) => parseDates ? ValueKey.Of(DateOf(column.Cell(row))) : ValueKey.At(column, row);

    private static object? DateOf(object? value) => value is string text ? DateText.Parse(text) ?? value : value;
}
