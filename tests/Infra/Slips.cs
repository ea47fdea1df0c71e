using Tidemark.BicepCheck.Syntax;

namespace Tidemark.Tests.Infra;

/// <summary>Faults as people make them, one at a time: letters of a property's name swapped, or a number where a text belongs.</summary>
internal static class Slips
{
    /// <summary>Objects with names of one's own choosing, in which no name is wrong.</summary>
    private static readonly HashSet<string> Free = ["tags", "userAssignedIdentities", "notifications", "features", "actions"];

    /// <param name="kind">0: two letters of a property's name; 1: a number for a text.</param>
    public static IEnumerable<(string Slip, string Text)> Of(string source, int kind)
    {
        string[] lines = source.Split('\n');
        foreach (var resource in Parser.Parse(source).Where(d => d is { Kind: DeclarationKind.Resource, Existing: false } && d.Body is not null))
        {
            foreach (var property in Properties(resource.Body!))
            {
                int line = property.At.Line - 1, column = property.At.Column - 1;
                string? changed = kind == 0 ? Swapped(lines[line], column, property.Name!) : Numbered(lines[line], property);
                if (changed is not null) yield return ($"{property.Name} in line {line + 1}", string.Join('\n', [.. lines[..line], changed, .. lines[(line + 1)..]]));
            }
        }
    }

    private static IEnumerable<PropertyNode> Properties(Node node) => node switch
    {
        ObjectNode body => body.Properties.Where(p => p.Name is not null && !Free.Contains(p.Name)).SelectMany(p => Properties(p.Value).Prepend(p))
            .Concat(body.Resources.Where(r => r is { Existing: false, Body: not null }).SelectMany(r => Properties(r.Body!))),
        ArrayNode list => list.Items.SelectMany(Properties),
        _ => [],
    };

    private static string? Swapped(string line, int column, string name)
    {
        int at = column + (name.Length / 2);
        if (name.Length < 4 || at + 1 >= column + name.Length || string.CompareOrdinal(line, column, name, 0, name.Length) != 0 || line[at] == line[at + 1]) return null;
        return $"{line[..at]}{line[at + 1]}{line[at]}{line[(at + 2)..]}";
    }

    private static string? Numbered(string line, PropertyNode property)
    {
        if (property.Value is not TextNode { IsPlain: true } text || text.At.Line != property.At.Line || !line.Contains($"'{text.Value}'", StringComparison.Ordinal)) return null;
        return line.Replace($"'{text.Value}'", "12345", StringComparison.Ordinal);
    }
}
