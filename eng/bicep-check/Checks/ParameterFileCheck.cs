using Tidemark.BicepCheck.Syntax;

namespace Tidemark.BicepCheck.Checks;

/// <summary>A <c>.bicepparam</c> file gives each parameter that its template needs, and no other.</summary>
internal sealed class ParameterFileCheck(Template file, Findings findings, Templates files)
{
    public void Run()
    {
        if (file.Declarations.FirstOrDefault(d => d.Kind == DeclarationKind.Using) is not { } @using)
        {
            findings.Error("parameters", new(1, 1), "a parameter file begins with 'using' and the template's path");
            return;
        }

        if (files.Find(file.Beside(@using.Reference)) is not { } target)
        {
            findings.Error("parameters", @using.At, $"no template '{@using.Reference}'");
            return;
        }

        foreach (var given in file.Parameters)
        {
            if (target.Parameters.FirstOrDefault(p => p.Name == given.Name) is { } parameter) ParameterValue.Check(parameter, given.Value ?? new NullNode(given.At), target, file, findings);
            else findings.Error("parameters", given.At, $"{@using.Reference} has no parameter '{given.Name}'{Spelling.Near(given.Name, target.Parameters.Select(p => p.Name))}");
        }

        foreach (var parameter in target.Parameters.Where(p => p.Value is null && p.Type?.Kind != TypeKind.Nullable && file.Parameters.All(g => g.Name != p.Name)))
            findings.Error("parameters", @using.At, $"the parameter '{parameter.Name}' of {@using.Reference} is not given");
    }
}
