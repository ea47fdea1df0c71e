using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tidemark.Validation.Expectations;

/// <summary>
/// JSON Schema, draft 7, in the part that suites use: type, enum, const, the bounds of numbers, lengths, items and properties, pattern,
/// required, properties, patternProperties, additionalProperties, propertyNames, items, contains, uniqueItems, dependencies, not, allOf,
/// anyOf, oneOf, if/then/else, and <c>$ref</c> into the same document. Other keywords that would check something are refused, not ignored.
/// </summary>
internal sealed class JsonSchema
{
    private const int MostDepth = 64;

    private static readonly HashSet<string> Known =
    [
        "type", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern",
        "items", "additionalItems", "minItems", "maxItems", "uniqueItems", "contains", "properties", "patternProperties", "additionalProperties",
        "propertyNames", "required", "minProperties", "maxProperties", "dependencies", "not", "allOf", "anyOf", "oneOf", "if", "then", "else",
        "$ref", "$schema", "$id", "$comment", "title", "description", "default", "examples", "definitions", "$defs", "format", "readOnly", "writeOnly",
    ];

    private readonly JsonElement root;
    private readonly Dictionary<string, PythonRegex> patterns = [];
    private Fault? fault;

    private JsonSchema(JsonElement root) => this.root = root;

    public static (JsonSchema? Schema, Fault? Fault) Parse(JsonNode? node)
    {
        if (node is null)
            return (null, Fault.Kind("json_schema, an object, must be given"));
        var schema = new JsonSchema(JsonSerializer.SerializeToElement(node));
        schema.Check(schema.root, 0);
        return schema.fault is null ? (schema, null) : (null, schema.fault);
    }

    public bool Accepts(JsonElement value) => new JsonSchemaCheck(root, patterns).Accepts(root, value, 0);

    private void Check(JsonElement schema, int depth)
    {
        if (depth > MostDepth || schema.ValueKind is not (JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False))
            fault ??= new Fault("SchemaError", $"json_schema holds {Short(schema)} where a schema (an object or a boolean, at most {MostDepth} deep) must stand.");
        if (fault is not null || schema.ValueKind != JsonValueKind.Object)
            return;
        foreach (JsonProperty keyword in schema.EnumerateObject())
            Check(keyword, depth);
    }

    private void Check(JsonProperty keyword, int depth)
    {
        if (!Known.Contains(keyword.Name))
            fault ??= new Fault("SchemaError", $"The keyword '{keyword.Name}' of json_schema is not supported.");
        else if (!HasForm(keyword))
            fault ??= new Fault("SchemaError", $"The keyword '{keyword.Name}' of json_schema can't be {Short(keyword.Value)}.");
        if (fault is not null)
            return;
        if (keyword.Name is "pattern")
            Compile(keyword.Value.GetString()!);
        if (keyword.Name is "$ref" && !keyword.Value.GetString()!.StartsWith('#'))
            fault ??= new Fault("SchemaError", $"$ref {Short(keyword.Value)} does not point into the same schema (#/…).");
        if (keyword.Name is "properties" or "patternProperties" or "definitions" or "$defs")
        {
            foreach (JsonProperty property in keyword.Value.EnumerateObject())
            {
                if (keyword.Name is "patternProperties")
                    Compile(property.Name);
                Check(property.Value, depth + 1);
            }
        }
        else if (keyword.Name is "allOf" or "anyOf" or "oneOf" || (keyword.Name is "items" && keyword.Value.ValueKind == JsonValueKind.Array))
        {
            foreach (JsonElement member in keyword.Value.EnumerateArray())
                Check(member, depth + 1);
        }
        else if (keyword.Name is "not" or "if" or "then" or "else" or "items" or "contains" or "additionalProperties" or "additionalItems" or "propertyNames")
        {
            Check(keyword.Value, depth + 1);
        }
        else if (keyword.Name is "dependencies")
        {
            foreach (JsonProperty dependency in keyword.Value.EnumerateObject())
                CheckDependency(dependency.Value, depth + 1);
        }
        else if (keyword.Name is "type")
        {
            CheckTypes(keyword.Value);
        }
    }

    private void CheckDependency(JsonElement dependency, int depth)
    {
        if (dependency.ValueKind != JsonValueKind.Array)
            Check(dependency, depth);
        else if (!AreTexts(dependency))
            fault ??= new Fault("SchemaError", $"A dependency of json_schema must be a schema or a list of names, not {Short(dependency)}.");
    }

    private static bool HasForm(JsonProperty keyword) => keyword.Name switch
    {
        "enum" or "allOf" or "anyOf" or "oneOf" => keyword.Value.ValueKind == JsonValueKind.Array,
        "required" => AreTexts(keyword.Value),
        "properties" or "patternProperties" or "definitions" or "$defs" or "dependencies" => keyword.Value.ValueKind == JsonValueKind.Object,
        "pattern" or "$ref" => keyword.Value.ValueKind == JsonValueKind.String,
        "type" => keyword.Value.ValueKind == JsonValueKind.String || AreTexts(keyword.Value),
        "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum" or "multipleOf" or "minLength" or "maxLength"
            or "minItems" or "maxItems" or "minProperties" or "maxProperties" => keyword.Value.ValueKind == JsonValueKind.Number,
        _ => true,
    };

    private static bool AreTexts(JsonElement list) =>
        list.ValueKind == JsonValueKind.Array && list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String);

    private void CheckTypes(JsonElement types)
    {
        IEnumerable<string?> names = types.ValueKind == JsonValueKind.Array ? types.EnumerateArray().Select(t => t.ToString()) : [types.ToString()];
        if (names.FirstOrDefault(name => name is not ("null" or "boolean" or "object" or "array" or "number" or "string" or "integer")) is { } unknown)
            fault ??= new Fault("SchemaError", string.Create(CultureInfo.InvariantCulture, $"'{unknown}' is not a type of JSON Schema."));
    }

    private void Compile(string pattern)
    {
        (PythonRegex? regex, Fault? wrong) = PythonRegex.Compile(pattern);
        fault ??= wrong;
        if (regex is not null)
            patterns[pattern] = regex;
    }

    private static string Short(JsonElement element) => element.GetRawText() is { Length: > 80 } text ? text[..80] + "…" : element.GetRawText();
}
