using Tidemark.BicepCheck;
using Tidemark.BicepCheck.Checks;
using Tidemark.BicepCheck.Policies;
using Tidemark.BicepCheck.Syntax;
using Xunit;

namespace Tidemark.Tests.Infra;

/// <summary><c>eng/bicep-check</c> finds what is wrong, and nothing where nothing is.</summary>
public sealed class BicepCheckTests
{
    private static readonly string Bad = Path.Combine(Repository.Root, "tests/Infra/Bad");

    public static TheoryData<string> BadFiles { get; } = [.. Directory.EnumerateFiles(Bad).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    [Fact]
    public void The_suites_templates_have_no_error_and_no_warning() =>
        Assert.Equal("", string.Join('\n', new BicepFolder(Bicep.Types).Check(Bicep.Folder)));

    [Theory]
    [MemberData(nameof(BadFiles))]
    public void A_planted_fault_is_found_and_no_other(string file)
    {
        string path = Path.Combine(Bad, file);
        string expected = File.ReadLines(path).First()["// expect ".Length..];

        var findings = new BicepFolder(Bicep.Types).Check(path);

        Assert.NotEmpty(findings);
        Assert.All(findings, finding => Assert.StartsWith(expected, $"{finding.Code}: {finding.Message}", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_policy_has_a_template_that_breaks_it()
    {
        var broken = BadFiles.Select(file => File.ReadLines(Path.Combine(Bad, file)).First()).Select(line => line["// expect ".Length..].Split(':')[0]).ToHashSet();

        Assert.All([.. Policy.All, .. Policy.Production], policy => Assert.Contains(policy.Code, broken));
    }

    [Fact]
    public void Defaults_are_as_closed_as_production()
    {
        Findings findings = new("main.bicep");
        foreach (var policy in (Policy[])[.. Policy.All, .. Policy.Production]) policy.Check(Bicep.Full, findings);

        Assert.Equal("", string.Join('\n', findings));
        Assert.NotEmpty(Bicep.Full.Of("Microsoft.Network/privateEndpoints"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Slips_of_the_pen_in_the_suites_own_templates_are_found(int kind)
    {
        int made = 0;
        List<string> missed = [];
        foreach (string file in Directory.EnumerateFiles(Bicep.At("modules"), "*.bicep").Order(StringComparer.Ordinal))
        {
            foreach (var (slip, text) in Slips.Of(File.ReadAllText(file), kind))
            {
                made++;
                string path = Path.Combine(Path.GetDirectoryName(file)!, $"{Path.GetFileNameWithoutExtension(file)}.bicep");
                if (!new TemplateCheck(Bicep.Types, new Templates()).Run(path, text).Any(f => f.Severity == Severity.Error)) missed.Add($"{Path.GetFileName(file)}: {slip}");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{made - missed.Count} of {made} found");
        Assert.True(made > 40, $"Only {made} slips were made.");
        Assert.True(missed.Count <= made / 10, $"{missed.Count} of {made} slips were not found:\n{string.Join('\n', missed)}");
    }

    [Fact]
    public void All_of_the_language_is_read()
    {
        var file = Parser.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests/Infra/language.bicep.txt")));

        Assert.Equal(
            ["TargetScope", "Metadata", "Extension", "Import", "Import", "Type", "Type", "Type", "Parameter", "Parameter", "Parameter", "Variable", "Variable", "Variable", "Variable", "Variable", "Function", "Resource", "Resource", "Module", "Assert", "Output", "Output"],
            file.Select(d => d.Kind.ToString()));
        var text = Assert.IsType<TextNode>(file.First(d => d.Name == "long").Value);
        Assert.Equal("first 'quoted' ${not} \\n\n  second\n", text.Value);
        Assert.Equal("a'b$c\n\u00e9", Assert.IsType<TextNode>(file.First(d => d.Name == "escaped").Value).Value);
        Assert.IsType<LoopNode>(file.First(d => d.Name == "accounts").Value);
        Assert.IsType<IfNode>(file.First(d => d.Kind == DeclarationKind.Module).Value);
    }

    [Fact]
    public void Whatever_the_text_it_is_read_or_refused_with_a_place()
    {
        string[] sources = [.. Directory.EnumerateFiles(Bicep.At("modules")).Append(Path.Combine(Repository.Root, "tests/Infra/language.bicep.txt")).Order(StringComparer.Ordinal).Select(File.ReadAllText)];
        string[] pieces = ["{", "}", "[", "]", "(", ")", "'", "'''", "${", "?", ":", "!", ".", ",", "\n", "=", "=>", "|", "@", "if", "for", "...", "??", "&&", "-", "::", "//", "/*", "*/", "\\", "#", "<", "^", "\\u{", "1", "param"];
        Random random = new(1);
        int refused = 0;
        for (int i = 0; i < 3000; i++)
        {
            string text = sources[i % sources.Length];
            int at = random.Next(text.Length);
            text = random.Next(2) == 0 ? text.Remove(at, Math.Min(random.Next(1, 5), text.Length - at)) : text.Insert(at, pieces[random.Next(pieces.Length)]);
            try
            {
                Parser.Parse(text);
            }
            catch (SyntaxException error)
            {
                refused++;
                Assert.InRange(error.At.Line, 1, text.Count(c => c == '\n') + 1);
            }
        }

        Assert.InRange(refused, 500, 2900);
    }

    [Fact]
    public void Where_the_Bicep_compiler_is_installed_it_agrees()
    {
        if (!BicepCompiler.IsInstalled) Assert.Skip("The Bicep compiler is not installed here; the workflow `test` runs it.");
        Assert.Equal("", BicepCompiler.Complaints(Directory.EnumerateFiles(Bicep.Folder, "main.bicep")));
    }
}
