using System.Text.Json.Nodes;
using Xunit;

namespace Tidemark.Tests.Validation.Expectations;

/// <summary>Compares JSON by value: numbers as numbers (1 is 1.0), objects whatever the order of their fields.</summary>
internal static class JsonAssert
{
    public static void Equal(JsonNode? expected, JsonNode? actual, string path = "$", double tolerance = 0)
    {
        switch (expected)
        {
            case JsonObject fields:
                JsonObject other = Assert.IsType<JsonObject>(actual);
                Assert.True(fields.Select(f => f.Key).ToHashSet().SetEquals(other.Select(f => f.Key)), $"{path}: {fields.ToJsonString()} and {other.ToJsonString()}");
                foreach ((string name, JsonNode? value) in fields)
                    Equal(value, other[name], $"{path}.{name}", tolerance);
                break;
            case JsonArray items:
                JsonArray list = Assert.IsType<JsonArray>(actual);
                Assert.True(items.Count == list.Count, $"{path}: {items.ToJsonString()} and {list.ToJsonString()}");
                for (int i = 0; i < items.Count; i++)
                    Equal(items[i], list[i], $"{path}[{i}]", tolerance);
                break;
            default:
                Assert.True(Same(expected, actual, tolerance), $"{path}: expected {expected?.ToJsonString() ?? "null"}, found {actual?.ToJsonString() ?? "null"}");
                break;
        }
    }

    private static bool Same(JsonNode? expected, JsonNode? actual, double tolerance)
    {
        if (Number(expected) is { } a && Number(actual) is { } b)
            return Math.Abs(a - b) <= tolerance * Math.Max(1, Math.Abs(a));
        return JsonNode.DeepEquals(expected, actual);
    }

    private static double? Number(JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == System.Text.Json.JsonValueKind.Number ? double.Parse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture) : null;
}
