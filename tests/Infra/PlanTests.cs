using Tidemark.BicepCheck.Checks;
using Tidemark.BicepCheck.Planning;
using Xunit;

namespace Tidemark.Tests.Infra;

/// <summary>Expressions have the values that Bicep gives them; what only Azure knows stays unknown and hides nothing.</summary>
public sealed class PlanTests
{
    [Theory]
    [InlineData("1 + 2 * 3 - 4 / 2", "5")]
    [InlineData("'a${1 + 1}b${true}'", "a2bTrue")]
    [InlineData("empty('') && !empty([1])", "True")]
    [InlineData("known == 'x' ? 'yes' : 'no'", "yes")]
    [InlineData("null ?? 'fallback'", "fallback")]
    [InlineData("azure() ?? 'fallback'", null)]
    [InlineData("'before${azure()}'", null)]
    [InlineData("false && azure()", "False")]
    [InlineData("true || azure()", "True")]
    [InlineData("take(toUpper('abcdef'), 3)", "ABC")]
    [InlineData("length(uniqueString(azure()))", "13")]
    [InlineData("guid('a') == guid('a')", "True")]
    [InlineData("guid('a') == guid('b')", "False")]
    [InlineData("join(map(range(1, 3), i => '${i * i}'), ',')", "1,4,9")]
    [InlineData("length(filter([1, 2, 3], n => n > 1))", "2")]
    [InlineData("union({ a: { b: 1 } }, { a: { c: 2 } }).a.b", "1")]
    [InlineData("join(objectKeys({ ...{ a: 1 }, b: 2 }), '')", "ab")]
    [InlineData("flatten([[1], [...[2, 3]]])[2]", "3")]
    [InlineData("first(items({ z: 1, a: 2 })).key", "a")]
    [InlineData("contains('abc', 'bc') && contains({ k: 1 }, 'k') && contains(['x'], 'x')", "True")]
    [InlineData("json('{\"a\": [true]}').a[0]", "True")]
    [InlineData("twice('ab')", "abab")]
    [InlineData("split('a/b/c', '/')[1]", "b")]
    [InlineData("replace('a-b', '-', '')", "ab")]
    [InlineData("'A' =~ 'a' && 'A' != 'a'", "True")]
    public void Expression_has_its_value(string expression, string? expected)
    {
        var plan = PlanOf($"""
            param known string = 'x'
            func twice(text string) string => '$<text>$<text>'
            output value string = {expression.Replace("azure()", "reference('r').value", StringComparison.Ordinal)}
            """.Replace("$<text>", "${text}", StringComparison.Ordinal));

        object? value = plan.Outputs["value"];

        if (expected is null) Assert.IsType<Unknown>(value);
        else Assert.Equal(expected, PlanFunctions.Text(value));
    }

    [Fact]
    public void Conditions_and_loops_decide_what_is_deployed_and_unknown_conditions_deploy()
    {
        var plan = PlanOf("""
            resource never 'Microsoft.Storage/storageAccounts@2025-01-01' = if (false) {
              name: 'never'
            }
            resource perhaps 'Microsoft.Storage/storageAccounts@2025-01-01' = if (reference('r').value) {
              name: 'perhaps'
            }
            resource each 'Microsoft.Storage/storageAccounts@2025-01-01' = [for (name, i) in ['a', 'b']: if (name != 'b') {
              name: '${name}${i}'
              resource blobs 'blobServices' = {
                name: 'default'
              }
            }]
            resource named 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
              name: 'named'
            }
            """);

        Assert.Equal(["perhaps", "a0"], plan.Of("Microsoft.Storage/storageAccounts").Names());
        var blobs = Assert.Single(plan.Of("Microsoft.Storage/storageAccounts/blobServices"));
        Assert.EndsWith("/storageAccounts/a0/blobServices/default", blobs.Id, StringComparison.Ordinal);
    }

    private static Plan PlanOf(string text)
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "main.bicep");
        File.WriteAllText(file, text);
        return Plan.Of(new Templates(), file)!;
    }
}
