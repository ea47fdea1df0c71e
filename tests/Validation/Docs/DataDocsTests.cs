using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tidemark.Platform.Tabular.Profiles;
using Tidemark.Tests.Platform;
using Tidemark.Tests.Validation.Schemas;
using Tidemark.Validation.Docs;
using Xunit;

namespace Tidemark.Tests.Validation.Docs;

/// <summary>The page of a validation result stands alone, shows what failed, and draws its charts in a real browser.</summary>
public sealed class DataDocsTests
{
    private const string Attack = "<script>alert(1)</script>\" onload='x";

    [Fact]
    public async Task Names_every_expectation_and_escapes_what_came_from_data()
    {
        string page = await PageAsync();

        Assert.Contains("<strong class=\"failed\">failed</strong>: 1 of 2 expectations hold for 200 rows.", page, StringComparison.Ordinal);
        Assert.Contains("expect_column_values_to_be_in_set", page, StringComparison.Ordinal);
        Assert.DoesNotContain(Attack, page, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", Regex.Replace(page, "<script>.*?</script>", "", RegexOptions.Singleline), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Loads_nothing_from_elsewhere()
    {
        string page = await PageAsync();

        Assert.DoesNotMatch(@"<(script|link|img|iframe)[^>]*\s(src|href)=", page);
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Draws_its_charts_in_a_headless_browser()
    {
        string dom = await Browser.DomAsync(await PageAsync());

        Assert.Equal(4, Regex.Count(dom, "<svg[^>]*class=\"marks\""));
        Assert.Contains("Failing expectations", dom, StringComparison.Ordinal);
    }

    private static async Task<string> PageAsync()
    {
        Profile profile = await AnomalyTests.Csv("city,age,\"<b>note\"\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"{(i % 7 == 0 ? "Bern" : "Basel")},{i % 60},\"{Attack.Replace("\"", "\"\"", StringComparison.Ordinal)}\"\n")));
        var result = new JsonObject
        {
            ["success"] = false,
            ["suite_name"] = Attack,
            ["results"] = new JsonArray(
                Result("expect_column_values_to_not_be_null", "age", true, 0, []),
                Result("expect_column_values_to_be_in_set", "city", false, 7, [Attack, "Genf"])),
        };
        return DataDocs.Render(result, profile);
    }

    private static JsonObject Result(string type, string column, bool success, int unexpected, JsonArray examples) => new()
    {
        ["success"] = success,
        ["expectation_config"] = new JsonObject { ["type"] = type, ["kwargs"] = new JsonObject { ["column"] = column, ["value_set"] = Attack } },
        ["result"] = new JsonObject { ["unexpected_count"] = unexpected, ["unexpected_percent"] = unexpected / 2.0, ["partial_unexpected_list"] = examples },
    };
}
