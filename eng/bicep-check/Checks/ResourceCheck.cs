using Azure.Bicep.Types.Concrete;
using Tidemark.BicepCheck.Schema;
using Tidemark.BicepCheck.Syntax;

namespace Tidemark.BicepCheck.Checks;

/// <summary>A resource's type and version exist, it may stand where it stands, and it is as its type says.</summary>
internal sealed class ResourceCheck(Template template, Findings findings, AzureTypes types)
{
    private readonly SchemaCheck schema = new(template, findings);

    public void Check(Declaration resource, bool nested = false)
    {
        if (resource.Body is not { } body)
        {
            findings.Error("syntax", resource.At, "the body of a resource is an object");
            return;
        }

        var reference = template.ReferenceOf(resource) ?? ResourceReference.Parse(resource.Reference);
        if (types.Find(reference) is not { } type) Missing(reference, resource.At);
        else if (resource.Existing)
        {
            if (body.IsComplete && body.Find("name") is null) findings.Error("required-property", resource.At, "an existing resource needs its 'name'");
        }
        else
        {
            if (!nested) CheckPlace(resource, body, reference, type);
            schema.Check(body, type.Body.Type);
        }

        foreach (var inner in body.Resources)
        {
            if (inner.Value is LoopNode || resource.Value is LoopNode) findings.Error("nested-loop", inner.At, $"'{inner.Name}' stands within another resource, where no loop may be; declare it by itself, with 'parent'");
            Check(inner, nested: true);
        }
    }

    private void Missing(ResourceReference reference, Position at)
    {
        var versions = types.Versions(reference.Type);
        if (versions.Count == 0) findings.Error("type", at, $"no resource type '{reference.Type}'{Spelling.Near(reference.Type, types.TypesOf(reference.Provider))}");
        else findings.Error("version", at, $"{reference.Type} has no version '{reference.Version}' that can be checked; the newest are {string.Join(", ", versions.TakeLast(3))}");
    }

    private void CheckPlace(Declaration resource, ObjectNode body, ResourceReference reference, ResourceType type)
    {
        if (body.Find("parent") is { Value: NameNode parent } given)
        {
            if (template.Symbols.TryGetValue(parent.Name, out var declared) && template.ReferenceOf(declared) is { } above
                && !reference.Type.StartsWith(above.Type + "/", StringComparison.OrdinalIgnoreCase))
                findings.Error("parent", given.At, $"{above.Type} is no parent of {reference.Type}");
        }
        else if (body.Find("scope") is null && type.WritableScopes is not ScopeType.None and var scopes && !scopes.HasFlag(ScopeType.Extension) && !scopes.HasFlag(Wanted()))
            findings.Error("scope", resource.At, $"{reference.Type} can't be deployed at the scope '{template.Scope}', but at {scopes}");
    }

    private ScopeType Wanted() => template.Scope switch
    {
        "subscription" => ScopeType.Subscription,
        "managementGroup" => ScopeType.ManagementGroup,
        "tenant" => ScopeType.Tenant,
        _ => ScopeType.ResourceGroup,
    };
}
