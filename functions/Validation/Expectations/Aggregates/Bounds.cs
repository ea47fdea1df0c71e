using System.Text.Json.Nodes;

namespace Tidemark.Validation.Expectations;

/// <summary>The range of an observed value: <c>min_value</c>, <c>max_value</c>, inclusive unless strict; open where not given.</summary>
internal sealed class Bounds
{
    private readonly object? min, max;
    private readonly bool strictMin, strictMax;

    private Bounds(object? min, object? max, bool strictMin, bool strictMax) =>
        (this.min, this.max, this.strictMin, this.strictMax) = (min, max, strictMin, strictMax);

    public static Bounds Of(Arguments arguments)
    {
        object? min = Read(arguments, "min_value"), max = Read(arguments, "max_value");
        if (min is not null && max is not null && Values.Compare(min, max) > 0)
            arguments.Refuse(Fault.Value("Minimum Threshold cannot be larger than Maximum Threshold"));
        return new Bounds(min, max, arguments.Flag("strict_min"), arguments.Flag("strict_max"));
    }

    /// <summary>Bounds of a count.</summary>
    /// <param name="arguments">With min_value and max_value, whole numbers.</param>
    /// <param name="crossed">What to say when the lower bound is above the upper.</param>
    public static Bounds OfCount(Arguments arguments, string crossed)
    {
        object? min = Read(arguments, "min_value"), max = Read(arguments, "max_value");
        if (min is not (null or long) || max is not (null or long))
            arguments.Refuse(Fault.Value($"min_value and max_value must be integers, not {Show(min)} and {Show(max)}"));
        else if (min is not null && max is not null && (long)min > (long)max)
            arguments.Refuse(Fault.Value(crossed));
        return new Bounds(min, max, arguments.Flag("strict_min"), arguments.Flag("strict_max"));
    }

    /// <summary>Whether the value is in the range; null when it can't be compared with a bound. Nothing observed is in no range.</summary>
    public bool? Hold(object? value)
    {
        if (value is null or double.NaN)
            return false;
        int? over = Order(value, min, 1), under = Order(value, max, -1);
        if (over is null || under is null)
            return null;
        return (over > 0 || (over == 0 && !strictMin)) && (under < 0 || (under == 0 && !strictMax));
    }

    private static int? Order(object value, object? bound, int open) => bound switch
    {
        null => open,
        string text when value is DateTime or DateTimeOffset => Values.Compare(value, DateText.Parse(text)),
        _ => Values.Compare(value, bound),
    };

    private static object? Read(Arguments arguments, string name)
    {
        JsonNode? node = arguments.Node(name);
        return Values.FromJson(node) is var value and not System.Text.Json.JsonElement ? value : Refused(arguments, name, node!);
    }

    private static object? Refused(Arguments arguments, string name, JsonNode node)
    {
        arguments.Refuse(Fault.Kind($"{name} must be a number, a text or a date, not {node.ToJsonString()}"));
        return null;
    }

    private static string Show(object? value) => value is null ? "None" : PythonText.Of(value);
}
