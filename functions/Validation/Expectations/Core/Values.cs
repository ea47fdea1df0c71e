using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tidemark.Validation.Expectations;

/// <summary>
/// Cells as values: a <see cref="long"/>, <see cref="double"/>, <see cref="bool"/>, <see cref="string"/>, <see cref="DateTime"/>,
/// <see cref="DateTimeOffset"/>, <see cref="JsonElement"/> (array or object) or null, compared and written as Python does.
/// </summary>
internal static class Values
{
    private const string DateForm = "yyyy-MM-ddTHH:mm:ss";

    public static double? Number(object? value) => value switch
    {
        long whole => whole,
        double real => real,
        bool flag => flag ? 1 : 0,
        _ => null,
    };

    /// <summary>A number of JSON, or one of the texts NaN, Infinity and -Infinity that stand for what JSON can't write.</summary>
    public static double? Number(JsonNode node) => FromJson(node) switch
    {
        long whole => whole,
        double real => real,
        "Infinity" => double.PositiveInfinity,
        "-Infinity" => double.NegativeInfinity,
        "NaN" => double.NaN,
        _ => null,
    };

    /// <summary>Order of two values, or null where Python would refuse to compare them (a text and a number, for example).</summary>
    public static int? Compare(object? a, object? b) => (a, b) switch
    {
        (long x, long y) => x.CompareTo(y),
        (string x, string y) => CompareText(x, y),
        (DateTime x, DateTime y) => x.CompareTo(y),
        (DateTimeOffset x, DateTimeOffset y) => x.CompareTo(y),
        (object?[] x, object?[] y) => CompareRows(x, y),
        _ => Number(a) is { } x && Number(b) is { } y ? x.CompareTo(y) : null,
    };

    public static object? FromJson(JsonNode? node) => node is null ? null : FromJson(JsonSerializer.SerializeToElement(node));

    public static object? FromJson(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Number => element.TryGetInt64(out long whole) ? (object)whole : element.GetDouble(),
        JsonValueKind.String => element.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Array or JsonValueKind.Object => element,
        _ => null,
    };

    /// <summary>The value in a result; NaN and infinities become null, because JSON has no number for them.</summary>
    public static JsonNode? ToJson(object? value) => value switch
    {
        null => null,
        long whole => JsonValue.Create(whole),
        int whole => JsonValue.Create(whole),
        double real => double.IsFinite(real) ? JsonValue.Create(real) : null,
        bool flag => JsonValue.Create(flag),
        string text => JsonValue.Create(text),
        DateTime date => JsonValue.Create(Iso(date)),
        DateTimeOffset date => JsonValue.Create(Iso(date.DateTime) + (date.Offset < TimeSpan.Zero ? "-" : "+") + date.Offset.ToString("hh\\:mm")),
        JsonElement element => JsonNode.Parse(element.GetRawText()),
        JsonNode node => node.DeepClone(),
        System.Collections.IEnumerable many => new JsonArray(many.Cast<object?>().Select(ToJson).ToArray()),
        _ => throw new ArgumentException($"No JSON for {value.GetType().Name}."),
    };

    public static string Iso(DateTime date)
    {
        long fraction = date.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond;
        return date.ToString(fraction == 0 ? DateForm : DateForm + ".ffffff", System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Order by code point, as Python and UTF-8 have it (UTF-16 order differs beyond U+FFFF).</summary>
    private static int CompareText(string x, string y)
    {
        int length = Math.Min(x.Length, y.Length);
        for (int i = 0; i < length; i++)
        {
            if (x[i] == y[i])
                continue;
            bool wideX = char.IsSurrogate(x[i]), wideY = char.IsSurrogate(y[i]);
            return wideX == wideY ? x[i].CompareTo(y[i]) : wideX.CompareTo(wideY);
        }

        return x.Length.CompareTo(y.Length);
    }

    private static int? CompareRows(object?[] x, object?[] y)
    {
        for (int i = 0; i < Math.Min(x.Length, y.Length); i++)
        {
            int? order = x[i] is null || y[i] is null ? (x[i] is null).CompareTo(y[i] is null) : Compare(x[i], y[i]);
            if (order != 0)
                return order;
        }

        return x.Length.CompareTo(y.Length);
    }
}
