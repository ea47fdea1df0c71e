using System.Globalization;
using System.Text.Json.Nodes;

namespace Tidemark.Validation.Expectations;

/// <summary>
/// Reads an expectation's <c>kwargs</c> into types. The first thing wrong is kept in <see cref="Fault"/>; what nobody read is refused
/// by <see cref="RefuseUnread"/>, so that a misspelt argument never passes for an absent one.
/// </summary>
public sealed class Arguments(string expectation, JsonObject kwargs)
{
    /// <summary>Arguments of every expectation, read by the suite's run or without meaning here.</summary>
    private static readonly string[] Common =
    [
        "result_format", "catch_exceptions", "include_config", "meta", "batch_id", "auto", "profiler_config", "table",
        "row_condition", "condition_parser", "parse_strings_as_datetimes",
    ];

    private readonly HashSet<string> read = new(Common, StringComparer.Ordinal);

    public string Expectation { get; } = expectation;

    public Fault? Fault { get; private set; }

    public void Refuse(Fault fault) => Fault ??= fault;

    public JsonNode? Node(string name)
    {
        read.Add(name);
        return kwargs[name];
    }

    public bool Has(string name) => Node(name) is not null;

    /// <summary>Arguments that Great Expectations knows and that change nothing here.</summary>
    public void Ignore(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
            read.Add(name);
    }

    /// <summary>A text that has to be there.</summary>
    public string Text(string name)
    {
        string? text = OptionalText(name);
        if (text is null)
            Refuse(Fault.Kind($"{Expectation}() misses the argument '{name}', a text."));
        return text ?? "";
    }

    public string? OptionalText(string name) => Node(name) switch
    {
        null => null,
        JsonValue value when value.TryGetValue(out string? text) => text,
        { } other => Wrong<string>(name, other, "a text"),
    };

    public double? Number(string name) => Node(name) switch
    {
        null => null,
        { } node => Values.Number(node) ?? Wrong<double>(name, node, "a number"),
    };

    public long? Whole(string name) => Node(name) switch
    {
        null => null,
        { } node => Values.Number(node) is { } number && number == Math.Floor(number) ? (long)number : Wrong<long>(name, node, "a whole number"),
    };

    public bool Flag(string name, bool otherwise = false) => Node(name) switch
    {
        null => otherwise,
        JsonValue value when value.TryGetValue(out bool flag) => flag,
        { } other => Wrong<bool>(name, other, "true or false"),
    };

    /// <summary>Cells of a list; null when the argument is absent or null.</summary>
    public IReadOnlyList<object?>? List(string name) => Node(name) switch
    {
        null => null,
        JsonArray list => list.Select(Values.FromJson).ToList(),
        { } other => Wrong<IReadOnlyList<object?>>(name, other, "a list"),
    };

    public IReadOnlyList<string>? Texts(string name)
    {
        IReadOnlyList<object?>? list = List(name);
        if (list is null || list.All(item => item is string))
            return list?.Cast<string>().ToList();
        return Wrong<IReadOnlyList<string>>(name, kwargs[name]!, "a list of texts");
    }

    public IReadOnlyList<double>? Numbers(string name)
    {
        List<double?>? list = (Node(name) as JsonArray)?.Select(item => item is null ? null : Values.Number(item)).ToList();
        if (list is null || list.All(item => item is not null))
            return list?.Select(item => item!.Value).ToList();
        return Wrong<IReadOnlyList<double>>(name, kwargs[name]!, "a list of numbers");
    }

    /// <summary>The share of rows that suffices, 0 to 1; 1 when not given.</summary>
    public double Mostly()
    {
        double mostly = Number("mostly") ?? 1;
        if (mostly is < 0 or > 1)
            Refuse(Fault.Value($"mostly must be between 0 and 1, not {mostly.ToString(CultureInfo.InvariantCulture)}."));
        return mostly;
    }

    public void RefuseUnread()
    {
        foreach ((string name, JsonNode? _) in kwargs)
        {
            if (!read.Contains(name) && !name.StartsWith('$'))
                Refuse(Fault.Kind($"{Expectation}() got an unexpected keyword argument '{name}'; it knows {string.Join(", ", read.Except(Common).Order())}."));
        }
    }

    private T? Wrong<T>(string name, JsonNode value, string wanted)
    {
        Refuse(Fault.Kind($"{Expectation}(): the argument '{name}' must be {wanted}, not {value.ToJsonString()}."));
        return default;
    }
}
