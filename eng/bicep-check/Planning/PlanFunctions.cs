using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Tidemark.BicepCheck.Planning;

/// <summary>The functions of Bicep whose values, or at least shapes, are known before a deployment.</summary>
internal static class PlanFunctions
{
    private const string Subscription = "/subscriptions/00000000-0000-0000-0000-000000000000";
    private const string Group = Subscription + "/resourceGroups/group";

    /// <summary>A value as it stands in a string; null where it is not known.</summary>
    public static string? Text(object? value) => value switch
    {
        string text => text,
        long number => number.ToString(CultureInfo.InvariantCulture),
        bool boolean => boolean ? "True" : "False",
        _ => null,
    };

    /// <summary>The names that <c>uniqueString</c> and <c>guid</c> make up have the right shape here, and differ where their arguments do, but are not Azure's.</summary>
    public static object? Call(string name, IReadOnlyList<object?> arguments) => (name, arguments) switch
    {
        ("uniqueString", _) => Hash(arguments)[..13],
        ("guid", _) => Guid.ParseExact(Hash(arguments)[..32], "N").ToString(),
        ("subscriptionResourceId", [string type, string of, ..]) => $"{Subscription}/providers/{type}/{of}",
        ("resourceId", [string type, string of, ..]) => $"{Group}/providers/{type}/{of}",
        ("resourceGroup", _) => new Dictionary<string, object?> { ["id"] = Group, ["name"] = "group", ["location"] = "westeurope", ["tags"] = new Dictionary<string, object?>() },
        ("subscription", _) => new Dictionary<string, object?> { ["id"] = Subscription, ["subscriptionId"] = Subscription[15..], ["tenantId"] = Subscription[15..] },
        ("tenant", _) => new Dictionary<string, object?> { ["tenantId"] = Subscription[15..] },
        ("environment", _) => // Azure's public cloud
            new Dictionary<string, object?> { ["suffixes"] = new Dictionary<string, object?> { ["storage"] = "core.windows.net" }, ["authentication"] = new Dictionary<string, object?> { ["loginEndpoint"] = "https://login.microsoftonline.com/" } },
        ("readEnvironmentVariable", [_, string fallback]) => fallback,
        ("any", [var value]) => value,
        (_, _) when arguments.Any(a => a is Unknown) => name == "union" ? Unknown.Value : UnknownResult(name, arguments),
        ("take", [string text, long count]) => text[..(int)Math.Min(count, text.Length)],
        ("toLower", [string text]) => text.ToLowerInvariant(),
        ("toUpper", [string text]) => text.ToUpperInvariant(),
        ("trim", [string text]) => text.Trim(),
        ("replace", [string text, string old, string fresh]) => text.Replace(old, fresh, StringComparison.Ordinal),
        ("startsWith", [string text, string start]) => text.StartsWith(start, StringComparison.OrdinalIgnoreCase),
        ("endsWith", [string text, string end]) => text.EndsWith(end, StringComparison.OrdinalIgnoreCase),
        ("split", [string text, string at]) => text.Split(at).Cast<object?>().ToList(),
        ("join", [IReadOnlyList<object?> items, string between]) => string.Join(between, items.Select(Text)),
        ("format", [string text, ..]) => string.Format(CultureInfo.InvariantCulture, text, [.. arguments.Skip(1)]),
        ("string", [var value]) => Text(value) ?? JsonSerializer.Serialize(value),
        ("int", [string text]) => long.TryParse(text, CultureInfo.InvariantCulture, out long number) ? number : Unknown.Value,
        ("int", [long number]) => number,
        ("bool", [string text]) => bool.TryParse(text, out bool boolean) ? boolean : Unknown.Value,
        ("json", [string text]) => Json(text),
        ("empty", [var value]) => value is null or "" or IReadOnlyCollection<object?> { Count: 0 } or IReadOnlyDictionary<string, object?> { Count: 0 },
        ("length", [string text]) => (long)text.Length,
        ("length", [IReadOnlyCollection<object?> items]) => (long)items.Count,
        ("length", [IReadOnlyDictionary<string, object?> values]) => (long)values.Count,
        ("first", [IReadOnlyList<object?> items]) => items.Count > 0 ? items[0] : null,
        ("last", [IReadOnlyList<object?> items]) => items.Count > 0 ? items[^1] : null,
        ("contains", [IReadOnlyDictionary<string, object?> values, string key]) => values.ContainsKey(key),
        ("contains", [IEnumerable<object?> items, var item]) => items.Contains(item),
        ("contains", [string text, string part]) => text.Contains(part, StringComparison.Ordinal),
        ("concat", _) when arguments.All(a => a is IEnumerable<object?>) => arguments.SelectMany(a => (IEnumerable<object?>)a!).ToList(),
        ("concat", _) when arguments.All(a => Text(a) is not null) => string.Concat(arguments.Select(Text)),
        ("flatten", [IEnumerable<object?> lists]) when lists.All(l => l is IEnumerable<object?>) => lists.SelectMany(l => (IEnumerable<object?>)l!).ToList(),
        ("union", _) when arguments.All(a => a is IEnumerable<object?>) => arguments.SelectMany(a => (IEnumerable<object?>)a!).Distinct().ToList(),
        ("union", _) when arguments.All(a => a is IReadOnlyDictionary<string, object?>) => Merged(arguments.Cast<IReadOnlyDictionary<string, object?>>()),
        ("objectKeys", [IReadOnlyDictionary<string, object?> values]) => values.Keys.Cast<object?>().ToList(),
        ("items", [IReadOnlyDictionary<string, object?> values]) => values.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => (object?)new Dictionary<string, object?> { ["key"] = v.Key, ["value"] = v.Value }).ToList(),
        ("range", [long start, long count]) => Enumerable.Range((int)start, (int)count).Select(i => (object?)(long)i).ToList(),
        ("coalesce", _) => arguments.FirstOrDefault(a => a is not null),
        ("min", [long a, long b]) => Math.Min(a, b),
        ("max", [long a, long b]) => Math.Max(a, b),
        _ => Unknown.Value,
    };

    /// <summary><c>map</c>, <c>filter</c>, <c>toObject</c>.</summary>
    public static object? Over(string name, object? list, IReadOnlyList<Func<object?, object?>> functions) => (name, list, functions) switch
    {
        ("map", IReadOnlyList<object?> items, [var each]) => items.Select(each).ToList(),
        ("filter", IReadOnlyList<object?> items, [var keep]) => items.Where(item => keep(item) is not false).ToList(),
        ("toObject", IReadOnlyList<object?> items, [var key]) => items.ToDictionary(item => Text(key(item)) ?? "?"),
        ("toObject", IReadOnlyList<object?> items, [var key, var value]) => items.ToDictionary(item => Text(key(item)) ?? "?", value),
        _ => Unknown.Value,
    };

    public static object? Load(string name, string path) => !File.Exists(path) ? Unknown.Value : name == "loadTextContent" ? File.ReadAllText(path) : Json(File.ReadAllText(path));

    // What is there anyway: a list with an unknown item is not empty.
    private static object UnknownResult(string name, IReadOnlyList<object?> arguments) => (name, arguments) switch
    {
        ("concat", _) when arguments.All(a => a is IEnumerable<object?> or Unknown) => arguments.SelectMany(a => a as IEnumerable<object?> ?? [a]).ToList(),
        _ => Unknown.Value,
    };

    private static Dictionary<string, object?> Merged(IEnumerable<IReadOnlyDictionary<string, object?>> all)
    {
        Dictionary<string, object?> merged = [];
        foreach (var (name, value) in all.SelectMany(a => a))
            merged[name] = value is IReadOnlyDictionary<string, object?> later && merged.GetValueOrDefault(name) is IReadOnlyDictionary<string, object?> earlier ? Merged([earlier, later]) : value;
        return merged;
    }

    private static object? Json(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return FromJson(document.RootElement);
        }
        catch (JsonException)
        {
            return Unknown.Value;
        }
    }

    private static object? FromJson(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().ToDictionary(p => p.Name, p => FromJson(p.Value)),
        JsonValueKind.Array => json.EnumerateArray().Select(FromJson).ToList(),
        JsonValueKind.String => json.GetString(),
        JsonValueKind.Number => json.TryGetInt64(out long number) ? number : json.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static string Hash(IReadOnlyList<object?> arguments) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', arguments.Select(a => Text(a) ?? "unknown")))));
}
