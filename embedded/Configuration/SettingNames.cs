using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace Tidemark.Embedded;

/// <summary>Replaces <c>%Setting%</c> in attribute texts by the application setting of that name.</summary>
internal static partial class SettingNames
{
    /// <exception cref="FormatException">A setting that is named does not exist.</exception>
    public static string Resolve(string text, IConfiguration settings) =>
        Reference().Replace(text, match => settings[match.Groups[1].Value.Replace("__", ":", StringComparison.Ordinal)]
            ?? throw new FormatException($"'{text}' names the setting '{match.Groups[1].Value}', which is not set; add it to the application settings."));

    [GeneratedRegex("%([^%]+)%")]
    private static partial Regex Reference();
}
