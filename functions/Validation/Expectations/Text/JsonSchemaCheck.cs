using System.Text.Json;

namespace Tidemark.Validation.Expectations;

/// <summary>One value against a schema that <see cref="JsonSchema"/> has found to be one.</summary>
internal readonly struct JsonSchemaCheck(JsonElement root, IReadOnlyDictionary<string, PythonRegex> patterns)
{
    private const int MostDepth = 128;

    public bool Accepts(JsonElement schema, JsonElement value, int depth)
    {
        if (schema.ValueKind != JsonValueKind.Object || depth > MostDepth)
            return schema.ValueKind == JsonValueKind.True;
        if (schema.TryGetProperty("$ref", out JsonElement reference))
            return Find(reference.GetString()!) is { } target && Accepts(target, value, depth + 1);
        return Shape(schema, value) && Combinations(schema, value, depth) && value.ValueKind switch
        {
            JsonValueKind.Number => Number(schema, value),
            JsonValueKind.String => Text(schema, value.GetString()!),
            JsonValueKind.Array => Items(schema, value, depth),
            JsonValueKind.Object => Properties(schema, value, depth),
            _ => true,
        };
    }

    private static bool Shape(JsonElement schema, JsonElement value)
    {
        if (schema.TryGetProperty("type", out JsonElement type))
        {
            bool typed = type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Any(t => Is(value, t.GetString()!)) : Is(value, type.GetString()!);
            if (!typed)
                return false;
        }

        if (schema.TryGetProperty("const", out JsonElement constant) && !JsonElement.DeepEquals(constant, value))
            return false;
        return !schema.TryGetProperty("enum", out JsonElement members) || members.EnumerateArray().Any(member => JsonElement.DeepEquals(member, value));
    }

    private static bool Is(JsonElement value, string type) => type switch
    {
        "null" => value.ValueKind == JsonValueKind.Null,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.GetDouble() is var number && number == Math.Floor(number),
        "number" => value.ValueKind == JsonValueKind.Number,
        "string" => value.ValueKind == JsonValueKind.String,
        "array" => value.ValueKind == JsonValueKind.Array,
        _ => value.ValueKind == JsonValueKind.Object,
    };

    private bool Combinations(JsonElement schema, JsonElement value, int depth)
    {
        JsonSchemaCheck check = this;
        bool Holds(JsonElement part) => check.Accepts(part, value, depth + 1);
        if (schema.TryGetProperty("allOf", out JsonElement all) && !all.EnumerateArray().All(Holds))
            return false;
        if (schema.TryGetProperty("anyOf", out JsonElement any) && !any.EnumerateArray().Any(Holds))
            return false;
        if (schema.TryGetProperty("oneOf", out JsonElement one) && one.EnumerateArray().Count(Holds) != 1)
            return false;
        if (schema.TryGetProperty("not", out JsonElement not) && Holds(not))
            return false;
        return !schema.TryGetProperty("if", out JsonElement condition)
            || !schema.TryGetProperty(Holds(condition) ? "then" : "else", out JsonElement branch)
            || Holds(branch);
    }

    private static bool Number(JsonElement schema, JsonElement value)
    {
        double number = value.GetDouble();
        double? step = Limit(schema, "multipleOf");
        return !(number < Limit(schema, "minimum")) && !(number > Limit(schema, "maximum"))
            && !(number <= Limit(schema, "exclusiveMinimum")) && !(number >= Limit(schema, "exclusiveMaximum"))
            && (step is not { } by || number / by == Math.Floor(number / by));
    }

    private bool Text(JsonElement schema, string text)
    {
        int length = text.EnumerateRunes().Count();
        return !(length < Limit(schema, "minLength")) && !(length > Limit(schema, "maxLength"))
            && (!schema.TryGetProperty("pattern", out JsonElement pattern) || patterns[pattern.GetString()!].Finds(text) == true);
    }

    private bool Items(JsonElement schema, JsonElement value, int depth)
    {
        JsonSchemaCheck check = this;
        int length = value.GetArrayLength();
        if (length < Limit(schema, "minItems") || length > Limit(schema, "maxItems"))
            return false;
        if (schema.TryGetProperty("uniqueItems", out JsonElement unique) && unique.ValueKind == JsonValueKind.True && HasTwins(value))
            return false;
        if (schema.TryGetProperty("contains", out JsonElement contains) && !value.EnumerateArray().Any(item => check.Accepts(contains, item, depth + 1)))
            return false;
        if (!schema.TryGetProperty("items", out JsonElement items))
            return true;
        if (items.ValueKind != JsonValueKind.Array)
            return value.EnumerateArray().All(item => check.Accepts(items, item, depth + 1));
        bool first = value.EnumerateArray().Zip(items.EnumerateArray()).All(pair => check.Accepts(pair.Second, pair.First, depth + 1));
        return first && (!schema.TryGetProperty("additionalItems", out JsonElement rest)
            || value.EnumerateArray().Skip(items.GetArrayLength()).All(item => check.Accepts(rest, item, depth + 1)));
    }

    private static bool HasTwins(JsonElement array)
    {
        JsonElement[] items = array.EnumerateArray().ToArray();
        return items.Where((item, i) => items.Take(i).Any(earlier => JsonElement.DeepEquals(earlier, item))).Any();
    }

    private bool Properties(JsonElement schema, JsonElement value, int depth)
    {
        JsonSchemaCheck check = this;
        int count = value.EnumerateObject().Count();
        if (count < Limit(schema, "minProperties") || count > Limit(schema, "maxProperties"))
            return false;
        if (schema.TryGetProperty("required", out JsonElement required) && required.EnumerateArray().Any(name => !value.TryGetProperty(name.GetString()!, out _)))
            return false;
        return value.EnumerateObject().All(property => check.Property(schema, property, depth)) && Dependencies(schema, value, depth);
    }

    private bool Property(JsonElement schema, JsonProperty property, int depth)
    {
        if (schema.TryGetProperty("propertyNames", out JsonElement names) && !Accepts(names, JsonSerializer.SerializeToElement(property.Name), depth + 1))
            return false;
        bool matched = false;
        if (schema.TryGetProperty("properties", out JsonElement properties) && properties.TryGetProperty(property.Name, out JsonElement own))
        {
            matched = true;
            if (!Accepts(own, property.Value, depth + 1))
                return false;
        }

        foreach (JsonProperty pattern in schema.TryGetProperty("patternProperties", out JsonElement byPattern) ? byPattern.EnumerateObject() : default)
        {
            if (patterns[pattern.Name].Finds(property.Name) != true)
                continue;
            matched = true;
            if (!Accepts(pattern.Value, property.Value, depth + 1))
                return false;
        }

        return matched || !schema.TryGetProperty("additionalProperties", out JsonElement others) || Accepts(others, property.Value, depth + 1);
    }

    private bool Dependencies(JsonElement schema, JsonElement value, int depth)
    {
        foreach (JsonProperty dependency in schema.TryGetProperty("dependencies", out JsonElement all) ? all.EnumerateObject() : default)
        {
            if (!value.TryGetProperty(dependency.Name, out _))
                continue;
            bool met = dependency.Value.ValueKind == JsonValueKind.Array
                ? dependency.Value.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _))
                : Accepts(dependency.Value, value, depth + 1);
            if (!met)
                return false;
        }

        return true;
    }

    private static double? Limit(JsonElement schema, string keyword) =>
        schema.TryGetProperty(keyword, out JsonElement limit) && limit.ValueKind == JsonValueKind.Number ? limit.GetDouble() : null;

    private JsonElement? Find(string reference)
    {
        JsonElement found = root;
        foreach (string part in reference.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            string name = Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (found.ValueKind != JsonValueKind.Object || !found.TryGetProperty(name, out found))
                return null;
        }

        return found;
    }
}
