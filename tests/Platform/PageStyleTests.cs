using Tidemark.Platform.Pages;
using Xunit;

namespace Tidemark.Tests.Platform;

/// <summary>All pages look alike because they have one style, not because somebody copied it.</summary>
public sealed class PageStyleTests
{
    private static readonly string[] Templates =
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "functions"), "page.html", SearchOption.AllDirectories).Where(f => !f.Contains("/obj/", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
    ];

    [Fact]
    public void Every_page_takes_the_common_style_and_no_rule_is_written_twice()
    {
        Assert.Equal(3, Templates.Length);
        Assert.All(Templates, file => Assert.Contains("{{style}}", File.ReadAllText(file), StringComparison.Ordinal));
        string[] rules = [.. Templates.SelectMany(Rules), .. Rules(Path.Combine(Repository.Root, "functions/Platform/Pages/page.css"))];
        Assert.Equal(rules.Distinct(StringComparer.Ordinal), rules);
    }

    [Fact]
    public void A_filled_page_has_the_style_in_itself() => Assert.Contains(
        ".verdict {", new PageTemplate("Tidemark.Validation.Docs.page.html").Fill(new Parts(), []), StringComparison.Ordinal);

    private static IEnumerable<string> Rules(string file) =>
        File.ReadLines(file).SkipWhile(l => file.EndsWith(".html", StringComparison.Ordinal) && l != "<style>").TakeWhile(l => l != "</style>").Where(l => l.Contains("{ ", StringComparison.Ordinal) && l.EndsWith('}'));

    /// <summary>Nothing under every name.</summary>
    private sealed class Parts : Dictionary<string, string>
    {
        public Parts()
        {
            foreach (string name in (string[])["title", "verdict", "summary", "rows", "columns", "boxes"]) Add(name, "");
        }
    }
}
