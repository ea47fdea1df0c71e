using System.Text;
using System.Text.RegularExpressions;

namespace Tidemark.Operate.Package;

/// <summary>Looks for keys, signatures and passwords in what is to be deployed, in texts and in assemblies (UTF-8 and UTF-16).</summary>
internal static partial class SecretScan
{
    /// <summary>Files that belong to a developer's machine.</summary>
    private static readonly string[] Private = ["local.settings.json", ".env", "*.pfx", "*.p12", "*.pem", "*.key", "*.user", "*.publishsettings"];

    /// <summary>The storage emulator's key is printed in its manual; Azure's libraries carry it.</summary>
    private const string Emulator = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq";

    /// <summary>A sentence for each that is found, without the secret.</summary>
    public static IEnumerable<string> Of(string folder)
    {
        foreach (string file in Private.SelectMany(pattern => Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories)))
            yield return $"{Path.GetRelativePath(folder, file)}: this file belongs to a machine and is not to be deployed";
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            byte[] bytes = File.ReadAllBytes(file);
            string[] texts = [Encoding.Latin1.GetString(bytes), Encoding.Latin1.GetString(Array.FindAll(bytes, b => b != 0))];
            foreach (string kind in texts.SelectMany(text => Secret().Matches(text)).Where(m => !m.Value.Contains(Emulator, StringComparison.Ordinal)).Select(Kind).Distinct())
                yield return $"{Path.GetRelativePath(folder, file)}: {kind}";
        }
    }

    private static string Kind(Match match) => match.Groups.Values.Skip(1).First(g => g.Success).Name switch
    {
        "account" => "a storage key",
        "signature" => "a shared access signature",
        "private" => "a private key",
        "token" => "an access token",
        "webhook" => "a webhook's secret",
        _ => "a password",
    };

    [GeneratedRegex(@"
        (?<account>AccountKey=[A-Za-z0-9+/]{40,})
        | (?<signature>[?&;]sig=[A-Za-z0-9%+/]{30,})
        | (?<private>-----BEGIN\ (?:[A-Z]+\ )?PRIVATE\ KEY-----\s+[A-Za-z0-9+/=\s]{100,})
        | (?<token>\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{50,}|xox[abp]-[A-Za-z0-9-]{20,}))
        | (?<webhook>\bwhsec_[A-Za-z0-9+/]{24,})
        | (?<password>(?:Password|Pwd)=(?!\{)[^;\s""']{8,};)", RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Secret();
}
