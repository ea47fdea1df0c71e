using System.Text.Json.Nodes;
using Tidemark.Platform.Tabular;

namespace Tidemark.Validation.Expectations;

/// <summary>
/// <c>expect_column_values_to_be_unique</c> and <c>expect_compound_columns_to_be_unique</c>: every occurrence of a value that comes
/// more than once is unexpected, the first too. Remembers 16 bytes and a row number per distinct value.
/// </summary>
internal sealed class UniqueRows : RowMap
{
    private readonly FirstRows seen = new();
    private readonly Dictionary<long, JsonObject?> indexes = [];
    private readonly UInt128[] parts;
    private readonly bool compound;

    public UniqueRows(Arguments arguments, ResultFormat format, bool compound)
        : base(arguments, format, compound ? arguments.Texts("column_list") ?? [] : [arguments.Text("column")], records: compound)
    {
        this.compound = compound;
        LeftOut = compound ? MissingRowsReader.OfSeveral(arguments) : MissingRows.AnyMissing;
        parts = new UInt128[Names.Count];
    }

    public override bool IsRowwise => false;

    protected override MissingRows LeftOut { get; }

    protected override void Judge(Column[] columns, ReadOnlySpan<bool> considered, Span<bool> unexpected)
    {
        for (int i = 0; i < considered.Length; i++)
        {
            if (!considered[i])
                continue;
            long row = Batch!.Table.FirstRow + i;
            if (!seen.Add(KeyAt(columns, i), row, out long first, out bool repeated))
                Repeat(columns, i, row, first, repeated);
            else if (IndexOf(i) is { } index)
                indexes[row] = index;
        }
    }

    private void Repeat(Column[] columns, int at, long row, long first, bool reported)
    {
        object?[] cells = Array.ConvertAll(columns, column => column.Cell(at));
        if (!reported)
            Report(first, cells, indexes.GetValueOrDefault(first));
        Report(row, cells, IndexOf(at));
    }

    private UInt128 KeyAt(Column[] columns, int row)
    {
        if (!compound)
            return ValueKey.At(columns[0], row);
        for (int c = 0; c < columns.Length; c++)
            parts[c] = ValueKey.At(columns[c], row);
        return ValueKey.Of(parts);
    }
}

/// <summary>Reads <c>ignore_row_if</c>.</summary>
internal static class MissingRowsReader
{
    public static MissingRows OfPair(Arguments arguments) => Read(arguments, "both_values_are_missing", "either_value_is_missing", "neither");

    public static MissingRows OfSeveral(Arguments arguments) => Read(arguments, "all_values_are_missing", "any_value_is_missing", "never");

    private static MissingRows Read(Arguments arguments, string all, string any, string none)
    {
        string rule = arguments.OptionalText("ignore_row_if") ?? all;
        if (rule != all && rule != any && rule != none && rule != "never")
            arguments.Refuse(Fault.Value($"ignore_row_if must be '{all}', '{any}' or '{none}', not '{rule}'."));
        return rule == all ? MissingRows.AllMissing : rule == any ? MissingRows.AnyMissing : MissingRows.None;
    }
}
