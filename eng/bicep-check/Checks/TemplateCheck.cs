using Tidemark.BicepCheck.Schema;
using Tidemark.BicepCheck.Syntax;

namespace Tidemark.BicepCheck.Checks;

/// <summary>Checks one file: syntax, names, resources against Azure's types, modules, parameters.</summary>
internal sealed class TemplateCheck(AzureTypes types, Templates files)
{
    public Findings Run(string path) => Run(path, File.ReadAllText(path));

    /// <param name="path">Where the file lies, for what it names beside itself.</param>
    public Findings Run(string path, string text)
    {
        Findings findings = new(path);
        try
        {
            var template = Template.Read(path, text);
            if (path.EndsWith(".bicepparam", StringComparison.Ordinal)) new ParameterFileCheck(template, findings, files).Run();
            else Check(template, findings);
        }
        catch (SyntaxException error)
        {
            findings.Error("syntax", error.At, error.Message);
        }

        return findings;
    }

    private void Check(Template template, Findings findings)
    {
        new NameCheck(template, findings, new MemberCheck(template, findings, types, files)).Run();
        var resources = new ResourceCheck(template, findings, types);
        var modules = new ModuleCheck(template, findings, files);
        foreach (var declaration in template.Declarations)
        {
            switch (declaration.Kind)
            {
                case DeclarationKind.Resource:
                    resources.Check(declaration);
                    break;
                case DeclarationKind.Module:
                    modules.Check(declaration);
                    break;
                case DeclarationKind.Import:
                    CheckImport(declaration, template, findings);
                    break;
                case DeclarationKind.Parameter:
                    CheckParameter(declaration, template, findings);
                    break;
            }
        }
    }

    private void CheckImport(Declaration import, Template template, Findings findings)
    {
        if (files.Find(template.Beside(import.Reference)) is not { } source)
        {
            findings.Error("import", import.At, $"no file '{import.Reference}'");
            return;
        }

        foreach (string name in import.Imports.Select(i => i.Theirs).Where(n => n != "*" && source.Symbols.GetValueOrDefault(n)?.Decorator("export") is null))
            findings.Error("import", import.At, $"{import.Reference} exports no '{name}'{Spelling.Near(name, source.Symbols.Values.Where(s => s.Decorator("export") is not null).Select(s => s.Name))}");
    }

    private static void CheckParameter(Declaration parameter, Template template, Findings findings)
    {
        if (parameter.Decorator("description") is null) findings.Warning("description", parameter.At, $"the parameter '{parameter.Name}' has no @description");
        if (parameter.Value is not { } value) return;
        ParameterValue.Check(parameter, value, template, template, findings);
        if (parameter.Decorator("secure") is not null && value is TextNode { Value.Length: > 0 })
            findings.Error("secret", value.At, $"the secure parameter '{parameter.Name}' has its value in the text");
    }
}
