using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace Tidemark.Embedded;

/// <summary>
/// Fills the names in output attributes: <c>%Setting%</c> from the application settings, <c>{token}</c> and <c>{token.property}</c> from the
/// trigger's binding data, <c>{rand-guid}</c> (with format <c>{rand-guid:N}</c>) and <c>{DateTime}</c> (with format <c>{DateTime:yyyy-MM-dd}</c>).
/// </summary>
internal sealed partial class PathTemplate(IConfiguration settings, TimeProvider clock)
{
    // Like the round-trip format, without the colons that names may not hold.
    private const string DefaultDateTime = "yyyy-MM-ddTHH-mm-ssK";

    /// <exception cref="FormatException">Names the token that has no value.</exception>
    public string Fill(string template, IReadOnlyDictionary<string, object?> bindingData) =>
        Token().Replace(SettingNames.Resolve(template, settings), match =>
        {
            string name = match.Groups["name"].Value;
            string? format = match.Groups["format"] is { Success: true } group ? group.Value : null;
            return name.ToLowerInvariant() switch
            {
                "rand-guid" => Guid.NewGuid().ToString(format, CultureInfo.InvariantCulture),
                "datetime" => clock.GetUtcNow().UtcDateTime.ToString(format ?? DefaultDateTime, CultureInfo.InvariantCulture),
                _ => Value(name, bindingData) ?? throw new FormatException(
                    $"'{template}' needs a value for {{{name}}}, which the trigger does not give; it gives {string.Join(", ", bindingData.Keys)}."),
            };
        });

    private static string? Value(string path, IReadOnlyDictionary<string, object?> bindingData)
    {
        string[] names = path.Split('.');
        object? value = bindingData.FirstOrDefault(entry => entry.Key.Equals(names[0], StringComparison.OrdinalIgnoreCase)).Value;
        if (names.Length > 1) return value is string text ? Property(text, names.AsSpan(1)) : null;
        return Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } whole ? whole : null;
    }

    private static string? Property(string json, ReadOnlySpan<string> names)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement element = document.RootElement;
            foreach (string name in names)
            {
                if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element)) return null;
            }

            return element.ValueKind == JsonValueKind.String ? element.GetString() : element.GetRawText();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [GeneratedRegex("""\{(?<name>[^{}:]+)(:(?<format>[^{}]+))?\}""")]
    private static partial Regex Token();
}
