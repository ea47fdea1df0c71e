using Tidemark.Platform.Tabular;

namespace Tidemark.Validation.Expectations;

/// <summary><c>expect_column_values_to_be_null</c> and <c>…_to_not_be_null</c>: every row counts, missing or not.</summary>
internal sealed class NullRows(Arguments arguments, ResultFormat format, bool wantMissing) : RowMap(arguments, format, [arguments.Text("column")])
{
    protected override MissingRows LeftOut => MissingRows.None;

    protected override bool CountsMissing => false;

    protected override bool AllMeet(Column[] columns) => !wantMissing && Batch!.IsFull(columns[0]);

    protected override void Judge(Column[] columns, ReadOnlySpan<bool> considered, Span<bool> unexpected)
    {
        ReadOnlySpan<bool> present = Batch!.Present(columns[0]);
        for (int i = 0; i < unexpected.Length; i++)
            unexpected[i] = present[i] == wantMissing;
    }
}
