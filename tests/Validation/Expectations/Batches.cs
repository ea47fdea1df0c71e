using Tidemark.Platform.Tabular;

namespace Tidemark.Tests.Validation.Expectations;

/// <summary>Cuts a table into a stream of batches that reuse one table, as readers do.</summary>
internal static class Batches
{
    public static IEnumerable<Table> Of(Table whole, int rows)
    {
        var batch = new Table(whole.Columns.Select(Empty).ToList());
        for (int start = 0; start < whole.Rows || start == 0; start += rows)
        {
            batch.Clear();
            int end = Math.Min(whole.Rows, start + rows);
            for (int c = 0; c < batch.Columns.Count; c++)
                Copy(whole.Columns[c], batch.Columns[c], start, end);
            yield return batch.Filled(end - start, start);
        }
    }

    private static Column Empty(Column like) => like switch
    {
        IntegerColumn => new IntegerColumn(like.Name),
        RealColumn => new RealColumn(like.Name),
        BooleanColumn => new BooleanColumn(like.Name),
        TextColumn => new TextColumn(like.Name),
        _ => new MixedColumn(like.Name),
    };

    private static void Copy(Column from, Column to, int start, int end)
    {
        for (int row = start; row < end; row++)
        {
            if (from.IsMissing(row))
                to.AppendMissing();
            else
                Append(from, to, row);
        }
    }

    private static void Append(Column from, Column to, int row)
    {
        switch (to)
        {
            case IntegerColumn whole:
                whole.Append(((IntegerColumn)from).Values[row]);
                break;
            case RealColumn real:
                real.Append(((RealColumn)from).Values[row]);
                break;
            case BooleanColumn flag:
                flag.Append(((BooleanColumn)from).Values[row]);
                break;
            case TextColumn text:
                text.Append(((TextColumn)from).Utf8(row));
                break;
            case MixedColumn mixed:
                mixed.Append(from.Cell(row));
                break;
        }
    }
}
