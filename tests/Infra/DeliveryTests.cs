using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Tidemark.Tests.Infra;

/// <summary>Workflows, runbooks and the pages about operation say what is so.</summary>
public sealed partial class DeliveryTests
{
    private static readonly string Runbooks = Path.Combine(Repository.Root, "docs/runbooks");

    public static TheoryData<string> Workflows { get; } = [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, ".github/workflows"), "*.yml").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Workflow_pins_actions_by_commit_and_has_no_more_rights_than_it_needs(string file)
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, ".github/workflows", file));

        Assert.All(Uses().Matches(text).Select(m => m.Groups[1].Value), action => Assert.True(
            action.StartsWith("./", StringComparison.Ordinal) || PinnedAction().IsMatch(action), $"{file}: '{action}' is not pinned by a commit with its version beside it."));
        Assert.Contains("\npermissions:\n  contents: read\n", text);
        Assert.DoesNotContain("write-all", text);
        Assert.DoesNotContain("pull_request_target", text);
        Assert.DoesNotContain("secrets.", text); // signing in is by OIDC, names are variables
        Assert.Equal(Regex.Count(text, "actions/checkout@"), Regex.Count(text, "persist-credentials: false"));
        Assert.All(Expressions().Matches(text).Select(m => m.Value), expression => Assert.False(expression.Contains("github.event.", StringComparison.Ordinal) && InRun(text, expression), $"{file}: {expression} in a script is code that somebody else writes; pass it by env."));
    }

    [Fact]
    public void Every_alert_has_its_runbook_with_the_same_query_three_causes_and_a_safe_first_action()
    {
        var alerts = Bicep.Full.Resources.Where(r => r.Is("Microsoft.Insights/scheduledQueryRules") || r.Is("Microsoft.Insights/metricAlerts")).ToList();
        Assert.True(alerts.Count >= 12);
        foreach (var alert in alerts)
        {
            string name = alert.Name!["tidemark-".Length..];
            Assert.EndsWith($"https://example.com/docs/runbooks/{name}.md", (string)alert["properties.description"]!, StringComparison.Ordinal);
            string page = File.ReadAllText(Path.Combine(Runbooks, name + ".md"));
            string query = Path.Combine(Bicep.Folder, "queries", name + ".kql");
            if (alert.Is("Microsoft.Insights/scheduledQueryRules")) Assert.Contains($"```kusto\n{File.ReadAllText(query).TrimEnd()}\n```", page);
        }

        var pages = Directory.EnumerateFiles(Runbooks).ToList();
        Assert.Equal([.. alerts.Select(a => a.Name!["tidemark-".Length..]).Append("budget").Order()], pages.Select(p => Path.GetFileNameWithoutExtension(p)).Order());
        Assert.All(pages, page =>
        {
            string text = File.ReadAllText(page);
            Assert.Equal(3, Cause().Count(text));
            Assert.Matches("## The safe first action\n\n.+", text);
            Assert.DoesNotMatch(@"\bdelete the (table|container|account)\b", text);
        });
    }

    [Fact]
    public void Queries_ask_for_metrics_that_the_code_has()
    {
        string code = string.Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "functions"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        var asked = Directory.EnumerateFiles(Path.Combine(Bicep.Folder, "queries")).Append(Bicep.At("workbook.json")).SelectMany(f => Metric().Matches(File.ReadAllText(f)).Select(m => m.Value)).Distinct().ToList();

        Assert.NotEmpty(asked);
        Assert.All(asked, metric => Assert.Contains($"\"{metric}", code));
    }

    [Fact]
    public void The_example_month_is_added_up_rightly()
    {
        double total = 0;
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs/cost.md"));
        foreach (var row in Row().Matches(page).Cast<Match>())
        {
            double[] figures = [.. row.Groups.Values.Skip(2).Select(g => double.Parse(g.Value, CultureInfo.InvariantCulture))];
            Assert.Equal(figures[2], figures[0] * figures[1], 0.0051);
            total += figures[2];
        }

        Assert.Contains($"**{total.ToString("0.00", CultureInfo.InvariantCulture)}**", page);
    }

    [Fact]
    public void Variables_that_the_page_names_are_those_that_the_parameters_read()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs/deploy.md"));
        string parameters = File.ReadAllText(Bicep.At("main.bicepparam"));

        Assert.Equal(
            Variable().Matches(parameters).Select(m => m.Groups[1].Value).Where(v => v.StartsWith("TIDEMARK_", StringComparison.Ordinal)).Order(),
            TableVariable().Matches(page).Select(m => m.Groups[1].Value).Order());
    }

    private static bool InRun(string text, string expression) => text.Split('\n').Any(line => line.Contains(expression, StringComparison.Ordinal) && !line.TrimStart().StartsWith("BASE:", StringComparison.Ordinal));

    [GeneratedRegex(@"^\s*(?:- )?uses: (.+)$", RegexOptions.Multiline)]
    private static partial Regex Uses();

    [GeneratedRegex("^[A-Za-z0-9-]+/[A-Za-z0-9-]+@[0-9a-f]{40} # v[0-9]")]
    private static partial Regex PinnedAction();

    [GeneratedRegex(@"\$\{\{[^}]*\}\}")]
    private static partial Regex Expressions();

    [GeneratedRegex("^[123]\\. ", RegexOptions.Multiline)]
    private static partial Regex Cause();

    [GeneratedRegex(@"tidemark\.[a-z.]+[a-z]")]
    private static partial Regex Metric();

    [GeneratedRegex(@"^\| ([^|*]+) \| ([0-9.]+) \| ([0-9.]+) \| ([0-9.]+) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"readEnvironmentVariable\('([A-Z_]+)'")]
    private static partial Regex Variable();

    [GeneratedRegex(@"^\| `(TIDEMARK_[A-Z_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex TableVariable();
}
