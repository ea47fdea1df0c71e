using System.Text.Json.Nodes;
using Tidemark.Platform.Tabular;

namespace Tidemark.Validation.Expectations;

/// <summary>
/// Expectations of two columns: <c>expect_column_pair_values_to_be_equal</c>, <c>…_a_to_be_greater_than_b</c> and <c>…_to_be_in_set</c>.
/// </summary>
internal sealed class PairRows : RowMap
{
    private readonly PairTest meets;

    private PairRows(Arguments arguments, ResultFormat format, PairTest meets)
        : base(arguments, format, [arguments.Text("column_A"), arguments.Text("column_B")]) =>
        (this.meets, LeftOut) = (meets, MissingRowsReader.OfPair(arguments));

    /// <summary>Whether a pair is as expected; null when its values can't be compared.</summary>
    private delegate bool? PairTest(object? a, object? b);

    protected override MissingRows LeftOut { get; }

    public static PairRows Equal(Arguments arguments, ResultFormat format) =>
        new(arguments, format, (a, b) => a is not null && b is not null && ValueKey.Of(a) == ValueKey.Of(b));

    public static PairRows Greater(Arguments arguments, ResultFormat format)
    {
        bool orEqual = arguments.Flag("or_equal"), dates = arguments.Flag("parse_strings_as_datetimes");
        if (arguments.Flag("allow_cross_type_comparisons"))
            arguments.Refuse(new Fault("NotImplementedError", "allow_cross_type_comparisons is not supported: compare columns of one type."));
        return new PairRows(arguments, format, (a, b) => a is null || b is null ? false : Values.Compare(Read(a, dates), Read(b, dates)) switch
        {
            null => null,
            0 => orEqual,
            int order => order > 0,
        });
    }

    public static PairRows InSet(Arguments arguments, ResultFormat format)
    {
        HashSet<UInt128>? pairs = null;
        if (arguments.List("value_pairs_set") is not null)
            pairs = ((JsonArray)arguments.Node("value_pairs_set")!).Select(pair => KeyOf(arguments, pair)).ToHashSet();
        return new PairRows(arguments, format, (a, b) => pairs is null || pairs.Contains(ValueKey.Of(new[] { a, b })));
    }

    protected override void Judge(Column[] columns, ReadOnlySpan<bool> considered, Span<bool> unexpected)
    {
        for (int i = 0; i < unexpected.Length && Fault is null; i++)
        {
            if (!considered[i])
                continue;
            bool? met = meets(CellAt(columns[0], i), CellAt(columns[1], i));
            if (met is null)
                Fail(Fault.Kind($"'{Names[0]}' and '{Names[1]}' hold values that can't be compared: {columns[0].Cell(i)} and {columns[1].Cell(i)}."));
            unexpected[i] = met != true;
        }
    }

    private object? CellAt(Column column, int row) => Batch!.Present(column)[row] ? column.Cell(row) : null;

    private static object? Read(object? value, bool dates) => dates && value is string text ? DateText.Parse(text) ?? value : value;

    private static UInt128 KeyOf(Arguments arguments, JsonNode? pair)
    {
        if (pair is JsonArray { Count: 2 } two)
            return ValueKey.Of(new[] { Values.FromJson(two[0]), Values.FromJson(two[1]) });
        arguments.Refuse(Fault.Value($"value_pairs_set holds {pair?.ToJsonString() ?? "null"}, which is not a pair."));
        return default;
    }
}
