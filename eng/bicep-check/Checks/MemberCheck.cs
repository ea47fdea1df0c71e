using Azure.Bicep.Types.Concrete;
using Tidemark.BicepCheck.Schema;
using Tidemark.BicepCheck.Syntax;

namespace Tidemark.BicepCheck.Checks;

/// <summary>What is read of a resource, a module or a parameter's object is something that it has.</summary>
internal sealed class MemberCheck(Template template, Findings findings, AzureTypes types, Templates files)
{
    /// <param name="locals">Variables of loops and lambdas, of which nothing is known.</param>
    public void Check(MemberNode member, HashSet<string> locals)
    {
        List<MemberNode> chain = [];
        Node first = member;
        while (first is MemberNode link)
        {
            chain.Insert(0, link);
            first = link.Of;
        }

        if (first is IndexNode { Of: NameNode } element) first = element.Of;
        if (first is not NameNode name || locals.Contains(name.Name) || !template.Symbols.TryGetValue(name.Name, out var declared)) return;
        if (declared.Kind == DeclarationKind.Resource && template.ReferenceOf(declared) is { } reference) CheckResource(chain, reference);
        else if (declared.Kind == DeclarationKind.Module) CheckModule(chain, declared);
    }

    private void CheckResource(List<MemberNode> chain, ResourceReference reference)
    {
        TypeBase? type = types.Find(reference)?.Body.Type;
        string path = "";
        foreach (var link in chain)
        {
            if (type is not ObjectType known) return;
            if (!known.Properties.TryGetValue(link.Name, out var property))
            {
                bool bicepsOwn = path.Length == 0 && link.Name is "scope" or "tags";
                if (known.AdditionalProperties is null && link == chain[^1] && !bicepsOwn)
                    findings.Error("property-read", link.At, $"{reference} has no property '{path}{link.Name}'{Spelling.Near(link.Name, known.Properties.Keys)}");
                return;
            }

            if (property.Flags.HasFlag(ObjectTypePropertyFlags.WriteOnly) && link == chain[^1])
                findings.Error("write-only", link.At, $"'{path}{link.Name}' of {reference} can be written only: reading it gives nothing");
            type = property.Type.Type;
            path += link.Name + ".";
        }
    }

    private void CheckModule(List<MemberNode> chain, Declaration module)
    {
        if (chain is not [{ Name: "outputs" }, var output] || files.Find(template.Beside(module.Reference)) is not { } target) return;
        if (!target.Outputs.Any(o => o.Name == output.Name))
            findings.Error("module", output.At, $"{module.Reference} has no output '{output.Name}'{Spelling.Near(output.Name, target.Outputs.Select(o => o.Name))}");
    }
}
