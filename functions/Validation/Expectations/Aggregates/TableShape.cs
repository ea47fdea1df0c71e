using System.Text.Json.Nodes;

namespace Tidemark.Validation.Expectations;

/// <summary>Expectations of the table as such: its row count, its columns' number, names and order.</summary>
internal sealed class TableShape : Evaluator
{
    private readonly ResultFormat format;
    private readonly RowCondition? condition;
    private readonly Func<long, IReadOnlyList<string>, Observation> judge;
    private bool[] marks = [];
    private List<string> names = [];
    private long rows;

    private TableShape(Arguments arguments, ResultFormat format, Func<long, IReadOnlyList<string>, Observation> judge) =>
        (this.format, this.judge, condition) = (format, judge, RowCondition.Of(arguments));

    public static TableShape RowCountBetween(Arguments arguments, ResultFormat format)
    {
        var bounds = Bounds.OfCount(arguments, "Minimum Threshold cannot be larger than Maximum Threshold");
        return new TableShape(arguments, format, (rows, _) => new Observation(rows, bounds.Hold(rows) == true));
    }

    public static TableShape ColumnCountBetween(Arguments arguments, ResultFormat format)
    {
        var bounds = Bounds.OfCount(arguments, "min_value cannot be greater than max_value");
        return new TableShape(arguments, format, (_, names) => new Observation((long)names.Count, bounds.Hold((long)names.Count) == true));
    }

    public static TableShape CountEquals(Arguments arguments, ResultFormat format, bool ofColumns)
    {
        long? wanted = arguments.Whole("value");
        if (wanted is null)
            arguments.Refuse(Fault.Kind($"{arguments.Expectation}() needs value, a whole number: counts must be integers."));
        return new TableShape(arguments, format, (rows, names) => Count(ofColumns ? names.Count : rows, wanted));
    }

    public static TableShape ColumnExists(Arguments arguments, ResultFormat format)
    {
        string name = arguments.Text("column");
        long? place = arguments.Whole("column_index");
        return new TableShape(arguments, format, (_, names) => new Observation(null, names.Contains(name) && (place is null || names.ElementAtOrDefault((int)place) == name)));
    }

    public static TableShape ColumnsInOrder(Arguments arguments, ResultFormat format)
    {
        IReadOnlyList<string>? wanted = arguments.Texts("column_list");
        return new TableShape(arguments, format, (_, names) => new Observation(names, wanted is null || names.SequenceEqual(wanted), Mismatched(wanted, names)));
    }

    public static TableShape ColumnsOfSet(Arguments arguments, ResultFormat format)
    {
        IReadOnlyList<string>? wanted = arguments.Texts("column_set");
        bool exact = arguments.Flag("exact_match", otherwise: true);
        return new TableShape(arguments, format, (_, names) => CompareSet(wanted, names, exact));
    }

    protected override void Look(Batch batch)
    {
        if (names.Count != batch.Table.Columns.Count)
            names = batch.Table.Names.ToList();
        if (condition is null)
        {
            rows += batch.Table.Rows;
            return;
        }

        if (marks.Length < batch.Table.Rows)
            marks = new bool[batch.Table.Rows];
        Span<bool> selected = marks.AsSpan(0, batch.Table.Rows);
        Select(condition, batch, selected);
        rows += selected.Count(true);
    }

    protected override Verdict Decide()
    {
        (object? value, bool success, JsonObject? details) = judge(rows, names);
        var result = new JsonObject();
        if (format.Detail != ResultDetail.BooleanOnly && value is not null)
            result["observed_value"] = Values.ToJson(value);
        if (format.Detail != ResultDetail.BooleanOnly && details is not null)
            result["details"] = details;
        return new Verdict(success, result);
    }

    private static Observation Count(long count, long? wanted) => new(count, count == wanted);

    private static JsonObject? Mismatched(IReadOnlyList<string>? wanted, IReadOnlyList<string> found)
    {
        if (wanted is null || wanted.SequenceEqual(found))
            return null;
        IEnumerable<JsonNode> differing = Enumerable.Range(0, Math.Max(wanted.Count, found.Count))
            .Where(i => wanted.ElementAtOrDefault(i) != found.ElementAtOrDefault(i))
            .Select(i => (JsonNode)new JsonObject
            {
                ["Expected Column Position"] = i,
                ["Expected"] = wanted.ElementAtOrDefault(i),
                ["Found"] = found.ElementAtOrDefault(i),
            });
        return new JsonObject { ["mismatched"] = new JsonArray(differing.ToArray()) };
    }

    private static Observation CompareSet(IReadOnlyList<string>? wanted, IReadOnlyList<string> found, bool exact)
    {
        List<string> sorted = found.Order(StringComparer.Ordinal).ToList();
        if (wanted is null)
            return new Observation(sorted, true);
        List<string> missing = wanted.Except(found).Order(StringComparer.Ordinal).ToList();
        List<string> unexpected = found.Except(wanted).Order(StringComparer.Ordinal).ToList();
        var mismatched = new JsonObject();
        if (unexpected.Count > 0)
            mismatched["unexpected"] = Values.ToJson(unexpected);
        if (missing.Count > 0)
            mismatched["missing"] = Values.ToJson(missing);
        return new Observation(sorted, missing.Count == 0 && (!exact || unexpected.Count == 0), mismatched.Count > 0 ? new JsonObject { ["mismatched"] = mismatched } : null);
    }
}
