using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Tidemark.Platform.Tabular;

namespace Tidemark.Validation.Expectations;

/// <summary>Which rows an expectation leaves out because cells of its columns are missing.</summary>
internal enum MissingRows
{
    None,
    AnyMissing,
    AllMissing,
}

/// <summary>
/// An expectation that each row meets or not: of one column, a pair or several. Enough rows have to (<c>mostly</c>); which rows of
/// the last batch did not stands in <see cref="Unexpected"/>, for quarantine and inline validation.
/// </summary>
internal abstract class RowMap : Evaluator
{
    private readonly double mostly;
    private readonly RowCondition? condition;
    private readonly UnexpectedRows kept;
    private readonly ResultFormat format;
    private Column[] columns = [];
    private bool[] considered = [];
    private bool[] unexpected = [];
    private long elements, judged, failed;

    protected RowMap(Arguments arguments, ResultFormat format, IReadOnlyList<string> names, bool records = false)
    {
        (Names, this.format) = (names, format);
        mostly = arguments.Mostly();
        condition = RowCondition.Of(arguments);
        kept = new UnexpectedRows(format, names, records);
    }

    public IReadOnlyList<string> Names { get; }

    /// <summary>Per row of the last batch: true where the row fails the expectation.</summary>
    public ReadOnlySpan<bool> Unexpected => unexpected.AsSpan(0, Batch?.Table.Rows ?? 0);

    /// <summary>Whether a row alone decides; uniqueness, order and z scores need its neighbours.</summary>
    public virtual bool IsRowwise => true;

    protected virtual MissingRows LeftOut => MissingRows.AnyMissing;

    /// <summary>Whether rows left out are reported as missing; not so where missing is what the expectation is about.</summary>
    protected virtual bool CountsMissing => true;

    protected Batch? Batch { get; private set; }

    /// <summary>Marks the rows that are not as expected; what stands in rows not considered does not matter.</summary>
    protected abstract void Judge(Column[] columns, ReadOnlySpan<bool> considered, Span<bool> unexpected);

    /// <summary>
    /// A quick look at columns without missing cells: true when every row is as expected and none holds NaN. False decides nothing:
    /// <see cref="Judge"/> then looks row by row.
    /// </summary>
    protected virtual bool AllMeet(Column[] columns) => false;

    /// <summary>Called once before the verdict: the place to report rows that only the whole data shows, by <see cref="Report"/>.</summary>
    protected virtual void Finish()
    {
    }

    protected void Report(long row, object?[] cells, JsonObject? index)
    {
        failed++;
        kept.Add(row, cells, index);
    }

    protected JsonObject? IndexOf(int row) => kept.IndexOf(Batch!, row);

    protected override void Look(Batch batch)
    {
        Batch = batch;
        int rows = batch.Table.Rows;
        columns = columns.Length == Names.Count ? columns : new Column[Names.Count];
        for (int i = 0; i < columns.Length; i++)
            columns[i] = Find(batch, Names[i]);
        foreach (string name in format.IndexColumns)
            Find(batch, name);
        if (unexpected.Length < rows)
            (considered, unexpected) = (new bool[rows], new bool[rows]);
        Span<bool> marks = unexpected.AsSpan(0, rows);
        marks.Clear();
        if (condition is null && HaveAll(columns) && AllMeet(columns))
        {
            (elements, judged) = (elements + rows, judged + rows);
            return;
        }

        Consider(batch, considered.AsSpan(0, rows));
        Judge(columns, considered.AsSpan(0, rows), marks);
        if (Fault is null)
            Tally(batch.Table, marks);
    }

    protected override Verdict Decide()
    {
        Finish();
        bool success = judged == 0 || (double)(judged - failed) / judged >= mostly;
        return new Verdict(success, kept.Describe(elements, CountsMissing ? judged : null, failed));
    }

    private void Consider(Batch batch, Span<bool> rows)
    {
        Select(condition, batch, rows);
        elements += rows.Count(true);
        if (LeftOut == MissingRows.AnyMissing)
        {
            foreach (Column column in columns)
                And(rows, batch.Present(column));
        }
        else if (LeftOut == MissingRows.AllMissing)
        {
            for (int i = 0; i < rows.Length; i++)
                rows[i] &= AnyPresent(batch, i);
        }

        judged += rows.Count(true);
    }

    private static bool HaveAll(Column[] columns)
    {
        foreach (Column column in columns)
        {
            if (column.Missing > 0)
                return false;
        }

        return true;
    }

    private bool AnyPresent(Batch batch, int row)
    {
        foreach (Column column in columns)
        {
            if (batch.Present(column)[row])
                return true;
        }

        return false;
    }

    private void Tally(Table table, Span<bool> marks)
    {
        And(marks, considered);
        failed += marks.Count(true);
        if (format.Detail == ResultDetail.BooleanOnly)
            return;
        for (int row = marks.IndexOf(true); row >= 0 && !kept.IsFull; row = Next(marks, row))
            kept.Add(table.FirstRow + row, Array.ConvertAll(columns, column => column.Cell(row)), IndexOf(row), table, row);
    }

    private static int Next(Span<bool> marks, int row)
    {
        int step = marks[(row + 1)..].IndexOf(true);
        return step < 0 ? -1 : row + 1 + step;
    }

    /// <summary>A vector at a time; a true bool is the byte 1.</summary>
    private static void And(Span<bool> rows, ReadOnlySpan<bool> also) =>
        TensorPrimitives.BitwiseAnd(MemoryMarshal.AsBytes(rows), MemoryMarshal.AsBytes(also[..rows.Length]), MemoryMarshal.AsBytes(rows));
}
