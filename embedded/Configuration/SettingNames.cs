using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace Tidemark.Embedded;

/// <summary>Reads application settings: those that attribute texts name as <c>%Setting%</c>, and times.</summary>
internal static partial class SettingNames
{
    /// <summary>Replaces <c>%Setting%</c> by the application setting of that name.</summary>
    /// <exception cref="FormatException">A setting that is named does not exist.</exception>
    public static string Resolve(string text, IConfiguration settings) =>
        Reference().Replace(text, match => settings[match.Groups[1].Value.Replace("__", ":", StringComparison.Ordinal)]
            ?? throw new FormatException($"'{text}' names the setting '{match.Groups[1].Value}', which is not set; add it to the application settings."));

    /// <summary>A time in an application setting; null where it is not set.</summary>
    /// <exception cref="FormatException">It is no positive time.</exception>
    public static TimeSpan? Time(string name, IConfiguration settings)
    {
        if (settings[name] is not { Length: > 0 } text) return null;
        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan time) && time > TimeSpan.Zero
            ? time
            : throw new FormatException($"the setting '{name}' is '{text}'; give a positive time such as 00:00:05.");
    }

    [GeneratedRegex("%([^%]+)%")]
    private static partial Regex Reference();
}
