using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Tidemark.Platform.Pages;

/// <summary>
/// A page that needs nothing else: a template with <c>{{names}}</c> to fill in, its charts Vega-Lite specifications with the library inlined. Charts are
/// drawn into elements with the attribute <c>data-chart</c> that names one. The page forbids itself every outside origin and every script but its own.
/// </summary>
/// <param name="resource">Logical name of the embedded template.</param>
public sealed partial class PageTemplate(string resource)
{
    private static readonly string[] Files = ["vega.js", "vega-lite.js", "charts.js"];
    private static readonly Lazy<string> Scripts = new(() => string.Concat(Files.Select(s => $"<script>{Script(s)}</script>\n")));

    /// <summary>
    /// What the page may do; in the page itself, and as a header where it is served. The charting library compiles its expressions, which asks for
    /// <c>unsafe-eval</c>; a script that came from data has no hash here and does not run.
    /// </summary>
    public static string ContentSecurityPolicy { get; } =
        $"default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-eval' {Hashes()}";

    /// <summary>What all pages have in common; a template adds its own after <c>{{style}}</c>.</summary>
    private static readonly Lazy<string> Style = new(() => Resource("Tidemark.Platform.Pages.page.css"));

    private readonly Lazy<string> template = new(() => Resource(resource));

    /// <param name="parts">HTML by name; what comes from data has gone through <see cref="Html"/>.</param>
    /// <param name="charts">Vega-Lite specifications by the name of their element.</param>
    public string Fill(IReadOnlyDictionary<string, string> parts, JsonObject charts) => Placeholder().Replace(template.Value, m => m.Groups[1].Value switch
    {
        "security" => ContentSecurityPolicy,
        "style" => Style.Value,
        // The JSON encoder escapes what could end the element.
        "charts" => $"<script type=\"application/json\" id=\"charts\">{charts.ToJsonString()}</script>\n{Scripts.Value}",
        var name => parts[name],
    });

    /// <summary>Text as HTML shows it, in elements and in attributes in quotes.</summary>
    public static string Html(string? text) => WebUtility.HtmlEncode(text ?? "");

    private static string Hashes() => string.Join(' ', Files.Select(s => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Script(s))))}'"));

    /// <summary>The charting library comes from npm; a build without it makes pages that have their tables only.</summary>
    private static string Script(string name) => Resource("Tidemark.Platform.Pages." + name).ReplaceLineEndings("\n").Replace("</script", "<\\/script", StringComparison.OrdinalIgnoreCase);

    private static string Resource(string name)
    {
        using Stream? stream = typeof(PageTemplate).Assembly.GetManifestResourceStream(name);
        if (stream is null)
            return "";
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"\{\{([a-z-]+)\}\}")]
    private static partial Regex Placeholder();
}
