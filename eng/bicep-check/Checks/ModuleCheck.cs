using Tidemark.BicepCheck.Syntax;

namespace Tidemark.BicepCheck.Checks;

/// <summary>A module's file exists, takes the parameters that it is given, and is given those that it needs.</summary>
internal sealed class ModuleCheck(Template template, Findings findings, Templates files)
{
    public void Check(Declaration module)
    {
        if (module.Reference.StartsWith("br", StringComparison.Ordinal) || module.Reference.StartsWith("ts:", StringComparison.Ordinal))
        {
            findings.Error("module", module.At, $"'{module.Reference}' lies in a registry and can't be checked here; keep the module beside this file");
            return;
        }

        if (!File.Exists(template.Beside(module.Reference)))
        {
            findings.Error("module", module.At, $"no file '{module.Reference}'");
            return;
        }

        if (module.Body is not { } body || files.Find(template.Beside(module.Reference)) is not { } target) return;
        CheckKeys(body);
        CheckScope(module, body, target);
        var given = body.Find("params");
        if (given is not null && given.Value is not ObjectNode) return;
        CheckParameters(module, given?.Value as ObjectNode, target);
    }

    private void CheckKeys(ObjectNode body)
    {
        foreach (var property in body.Properties.Where(p => p.Name is not ("name" or "params" or "scope" or "dependsOn" or "identity" or "extensionConfigs")))
            findings.Error("module", property.At, $"a module has no '{property.Name}'");
    }

    private void CheckScope(Declaration module, ObjectNode body, Template target)
    {
        if (body.Find("scope") is null && target.Scope != template.Scope)
            findings.Error("scope", module.At, $"{module.Reference} is for the scope '{target.Scope}', this file for '{template.Scope}': the module needs a 'scope'");
    }

    private void CheckParameters(Declaration module, ObjectNode? given, Template target)
    {
        foreach (var parameter in target.Parameters.Where(p => p.Value is null && p.Type?.Kind != TypeKind.Nullable))
        {
            if (given?.IsComplete != false && given?.Find(parameter.Name) is null)
                findings.Error("module", module.At, $"the parameter '{parameter.Name}' of {module.Reference} is not given");
        }

        foreach (var property in given?.Properties.Where(p => p.Name is not null) ?? [])
        {
            if (target.Parameters.FirstOrDefault(p => p.Name == property.Name) is { } parameter)
                ParameterValue.Check(parameter, property.Value, target, template, findings);
            else
                findings.Error("module", property.At, $"{module.Reference} has no parameter '{property.Name}'{Spelling.Near(property.Name!, target.Parameters.Select(p => p.Name))}");
        }
    }
}

/// <summary>What a parameter is given is of its type and allowed.</summary>
internal static class ParameterValue
{
    /// <param name="target">Where the parameter is declared.</param>
    /// <param name="giver">Where the value is written.</param>
    public static void Check(Declaration parameter, Node value, Template target, Template giver, Findings findings)
    {
        if (Literals.PlainType(parameter) is { } wanted && Literals.KindOf(value, giver) is { } kind && kind is not "null" && kind != wanted)
            findings.Error("parameter", value.At, $"the parameter '{parameter.Name}' takes {wanted}, not {kind}");
        if (Literals.Allowed(parameter, target) is not { } allowed) return;
        string[] words = [.. allowed.OfType<TextNode>().Select(t => t.Value)];
        foreach (var text in Literals.TextsOf(value, giver).Where(t => !words.Contains(t.Value)))
            findings.Error("allowed", text.At, $"'{text.Value}' is no allowed value of '{parameter.Name}': {string.Join(", ", words.Select(w => $"'{w}'"))}{Spelling.Near(text.Value, words)}");
    }
}
