using System.Text.Json.Nodes;
using Tidemark.Validation.Expectations;

namespace Tidemark.Validation.Suites;

/// <summary>
/// Puts values for <c>{"$PARAMETER": "…"}</c> into an expectation's arguments: the name of a parameter, or an expression of numbers,
/// parameters, <c>now()</c>, <c>timedelta(…)</c> and a few functions.
/// </summary>
internal sealed class SuiteParameters(JsonObject given, TimeProvider clock)
{
    private const string Marker = "$PARAMETER";

    /// <summary>The arguments with values in place; <paramref name="fault"/> tells of the first that has none.</summary>
    public JsonObject Resolve(JsonObject kwargs, ref Fault? fault)
    {
        var resolved = new JsonObject();
        foreach ((string name, JsonNode? value) in kwargs)
            resolved[name] = Resolve(value, ref fault);
        return resolved;
    }

    private JsonNode? Resolve(JsonNode? node, ref Fault? fault)
    {
        switch (node)
        {
            case JsonObject reference when reference.ContainsKey(Marker):
                return Evaluate(reference, ref fault);
            case JsonObject plain:
                return Resolve(plain, ref fault);
            case JsonArray list:
                var items = new JsonArray();
                foreach (JsonNode? item in list)
                    items.Add(Resolve(item, ref fault));
                return items;
            default:
                return node?.DeepClone();
        }
    }

    /// <summary>A reference may carry its own value beside it: <c>{"$PARAMETER": "x", "$PARAMETER.x": 5}</c>.</summary>
    private JsonNode? Evaluate(JsonObject reference, ref Fault? fault)
    {
        string expression = reference[Marker] is JsonValue value && value.TryGetValue(out string? text) ? text : "";
        if (given.TryGetPropertyValue(expression, out JsonNode? direct) || reference.TryGetPropertyValue($"{Marker}.{expression}", out direct))
            return direct?.DeepClone();
        var reader = new ExpressionReader(expression, name => Values.FromJson(given[name] ?? reference[$"{Marker}.{name}"]), clock);
        object? result = reader.Read();
        if (result is null)
            fault ??= new Fault("EvaluationParameterError", $"No value for the parameter '{expression}': {reader.Problem}.");
        return Values.ToJson(result);
    }
}
