using Tidemark.BicepCheck;
using Tidemark.BicepCheck.Checks;
using Tidemark.BicepCheck.Schema;

// Checks Bicep without Azure and without the Bicep compiler:
//     dotnet run --project eng/bicep-check -- infra/bicep
//     dotnet run --project eng/bicep-check -- --versions Microsoft.Web/sites
if (args.Length == 0)
{
    Console.Error.WriteLine("Name files or folders to check, or --versions and resource types.");
    return 2;
}

AzureTypes types = new();
if (args[0] == "--versions")
{
    foreach (string type in args.Skip(1)) Console.WriteLine($"{type}: {string.Join(' ', types.Versions(type))}");
    return 0;
}

if (args.FirstOrDefault(path => !File.Exists(path) && !Directory.Exists(path)) is { } missing)
{
    Console.Error.WriteLine($"There is no file or folder '{missing}'.");
    return 2;
}

var findings = new BicepFolder(types).Check(args);
foreach (var finding in findings) Console.WriteLine(finding);
int errors = findings.Count(f => f.Severity == Severity.Error);
Console.WriteLine($"{errors} errors, {findings.Count - errors} warnings");
return errors > 0 ? 1 : 0;
