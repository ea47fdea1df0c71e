using Tidemark.BicepCheck.Checks;
using Tidemark.BicepCheck.Planning;
using Tidemark.BicepCheck.Policies;
using Tidemark.BicepCheck.Schema;
using Tidemark.BicepCheck.Syntax;

namespace Tidemark.BicepCheck;

/// <summary>Checks files and folders of them: each file by itself, and what each parameter file deploys against the policies.</summary>
internal sealed class BicepFolder(AzureTypes types)
{
    private readonly Templates files = new();

    /// <param name="paths">Files, or folders whose files are all checked.</param>
    public IReadOnlyList<Finding> Check(params IEnumerable<string> paths)
    {
        List<Finding> all = [];
        var check = new TemplateCheck(types, files);
        foreach (string path in paths.SelectMany(FilesOf))
        {
            var findings = check.Run(path);
            all.AddRange(findings);
            if (IsDeployed(path) && !findings.Any(f => f.Severity == Severity.Error)) all.AddRange(CheckPolicies(path));
        }

        return all;
    }

    /// <summary>What a parameter file, or a template by its defaults, deploys.</summary>
    public Plan Plan(string path) => Planning.Plan.Of(files, path) ?? throw new FileNotFoundException($"'{path}' is no Bicep file that can be read.", path);

    private static IEnumerable<string> FilesOf(string path) => Directory.Exists(path)
        ? Directory.EnumerateFiles(path, "*.bicep*", SearchOption.AllDirectories).Where(f => f.EndsWith(".bicep", StringComparison.Ordinal) || f.EndsWith(".bicepparam", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        : [path];

    /// <summary>Parameter files are what is deployed; a template without required parameters can be, and its defaults must be safe.</summary>
    private bool IsDeployed(string path) => path.EndsWith(".bicepparam", StringComparison.Ordinal)
        || files.Find(path) is { } template && template.Declarations.Any(d => d.Kind is DeclarationKind.Resource or DeclarationKind.Module) && template.Parameters.All(p => p.Value is not null);

    private Findings CheckPolicies(string path)
    {
        Findings findings = new(path);
        if (Planning.Plan.Of(files, path) is not { } plan) return findings;
        bool production = Path.GetFileName(path).StartsWith("prod", StringComparison.Ordinal);
        foreach (var policy in production ? [.. Policy.All, .. Policy.Production] : Policy.All) policy.Check(plan, findings);
        foreach (var (name, value) in plan.Outputs.Where(o => o.Value is string text && text.Contains("Key=", StringComparison.OrdinalIgnoreCase)))
            findings.Error("secret", new Position(1, 1), $"the output '{name}' holds a key: {value?.ToString()?[..10]}…");
        return findings;
    }
}
