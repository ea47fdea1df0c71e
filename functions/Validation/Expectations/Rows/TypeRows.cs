using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Platform.Tabular;

namespace Tidemark.Validation.Expectations;

/// <summary>
/// <c>expect_column_values_to_be_of_type</c> and <c>…_in_type_list</c> by the names of Python and numpy. A column of one numeric kind has
/// a type as a whole (the result then tells it); texts and mixed cells are looked at one by one.
/// </summary>
internal sealed class TypeRows : RowMap
{
    private static readonly Dictionary<string, string[]> Whole = new()
    {
        ["int64"] = ["int", "int64", "int_", "integer", "i8"],
        ["float64"] = ["float", "float64", "float_", "double", "f8"],
        ["bool_"] = ["bool", "bool_", "boolean"],
        ["object_"] = ["object", "object_", "O"],
        ["datetime64"] = ["datetime64", "datetime64[ns]", "<M8[ns]"],
        ["Timestamp"] = ["Timestamp", "DatetimeTZDtype", "DatetimeTZDtypeType"],
    };

    private readonly IReadOnlyList<string>? types;
    private readonly ResultFormat format;
    private string? observed;

    public TypeRows(Arguments arguments, ResultFormat format, bool list)
        : base(arguments, format, [arguments.Text("column")])
    {
        this.format = format;
        types = list ? arguments.Texts("type_list") : [arguments.Text("type_")];
    }

    protected override void Judge(Column[] columns, ReadOnlySpan<bool> considered, Span<bool> unexpected)
    {
        observed = Wider(observed, TypeOf(columns[0]));
        if (types is null || IsWhole)
            return;
        if (types.FirstOrDefault(name => !IsKnown(name)) is { } unknown && considered.Contains(true))
            Fail(Fault.Value($"Unrecognized numpy/python type: {unknown}"));
        for (int i = 0; i < unexpected.Length; i++)
            unexpected[i] = considered[i] && !types.Any(name => IsInstance(columns[0].Cell(i), name));
    }

    protected override Verdict Decide()
    {
        if (types is not null && !IsWhole)
            return base.Decide();
        bool success = types is null || types.Any(name => Whole[observed!].Contains(name) || (observed == "int64" && HadMissing && Whole["float64"].Contains(name)));
        return new Verdict(success, format.Detail == ResultDetail.BooleanOnly ? [] : new JsonObject { ["observed_value"] = observed });
    }

    /// <summary>A column whose kind changes from batch to batch: integers among reals are reals, anything else is mixed.</summary>
    private static string Wider(string? earlier, string type) => earlier is null || earlier == type
        ? type
        : (earlier, type) is ("int64" or "float64", "int64" or "float64") ? "float64" : "object_";

    private bool IsWhole => observed != "object_" || types?.Any(Whole["object_"].Contains) == true;

    /// <summary>pandas holds integers with missing ones as floats, so both names are right then.</summary>
    private bool HadMissing { get; set; }

    private string TypeOf(Column column)
    {
        HadMissing |= column.Missing > 0;
        return column switch
        {
            IntegerColumn => "int64",
            RealColumn => "float64",
            BooleanColumn when column.Missing == 0 => "bool_",
            MixedColumn dates when AllAre<DateTime>(dates) => "datetime64",
            MixedColumn dates when AllAre<DateTimeOffset>(dates) => "Timestamp",
            _ => "object_",
        };
    }

    private static bool AllAre<T>(MixedColumn column)
    {
        bool any = false;
        foreach (object? value in column.Values)
        {
            if (value is not null and not T)
                return false;
            any |= value is not null;
        }

        return any;
    }

    private static bool IsKnown(string name) =>
        name is "str" or "string_" or "list" or "dict" or "datetime" or "date" or "NoneType" || Whole.Values.Any(names => names.Contains(name));

    private static bool IsInstance(object? cell, string name) => name switch
    {
        "str" or "string_" => cell is string,
        "list" => cell is JsonElement { ValueKind: JsonValueKind.Array },
        "dict" => cell is JsonElement { ValueKind: JsonValueKind.Object },
        "datetime" or "date" => cell is DateTime or DateTimeOffset,
        _ => cell switch
        {
            long => Whole["int64"].Contains(name),
            double => Whole["float64"].Contains(name),
            bool => Whole["bool_"].Contains(name) || name == "int",
            DateTime => Whole["datetime64"].Contains(name),
            DateTimeOffset => Whole["Timestamp"].Contains(name),
            _ => false,
        },
    };
}
