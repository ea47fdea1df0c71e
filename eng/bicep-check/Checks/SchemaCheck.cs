using System.Text.RegularExpressions;
using Azure.Bicep.Types.Concrete;
using Tidemark.BicepCheck.Syntax;

namespace Tidemark.BicepCheck.Checks;

/// <summary>Holds the values of a resource to its published type: properties, kinds, enumerations, lengths, patterns.</summary>
internal sealed class SchemaCheck(Template template, Findings findings)
{
    /// <summary>Properties that belong to Bicep rather than to the resource.</summary>
    private static readonly HashSet<string> Bicep = ["dependsOn", "scope", "parent"];

    public void Check(ObjectNode body, TypeBase type) => Check(body, type, "");

    private void Check(Node value, TypeBase type, string at)
    {
        switch (value)
        {
            case ChoiceNode choice:
                Check(choice.Then, type, at);
                Check(choice.Else, type, at);
                return;
            case IfNode condition:
                Check(condition.Body, type, at);
                return;
            case BinaryNode { Operator: "??" } either:
                Check(either.Left, type, at);
                Check(either.Right, type, at);
                return;
            case NullNode or CallNode { Of: null, Name: "any" }:
                return;
        }

        if (type is UnionType union) CheckUnion(value, union, at);
        else if (Literals.KindOf(value, template) is { } kind && KindOf(type) is { } wanted && kind != wanted)
            findings.Error("kind", value.At, $"{at}: {kind} where {Show(type)} is expected");
        else CheckKnown(value, type, at);
    }

    private void CheckUnion(Node value, UnionType union, string at)
    {
        string[] known = [.. union.Elements.Select(e => e.Type).OfType<StringLiteralType>().Select(e => e.Value)];
        bool open = union.Elements.Any(e => e.Type is StringType or AnyType);
        foreach (var text in Literals.TextsOf(value, template).Where(t => known.Length > 0 && !known.Contains(t.Value, StringComparer.OrdinalIgnoreCase)))
        {
            string message = $"{at}: '{text.Value}' is none of {List(known)}{Spelling.Near(text.Value, known)}";
            if (open) findings.Warning("enumeration-open", text.At, message);
            else findings.Error("enumeration", text.At, message);
        }

        if (Literals.KindOf(value, template) is { } kind && union.Elements.All(e => KindOf(e.Type) is { } wanted && wanted != kind))
            findings.Error("kind", value.At, $"{at}: {kind} where {Show(union)} is expected");
        if (value is ObjectNode && union.Elements.FirstOrDefault(e => e.Type is ObjectType) is { } element) Check(value, element.Type, at);
    }

    private void CheckKnown(Node value, TypeBase type, string at)
    {
        switch (type, value)
        {
            case (StringLiteralType only, _):
                foreach (var text in Literals.TextsOf(value, template).Where(t => !t.Value.Equals(only.Value, StringComparison.OrdinalIgnoreCase)))
                    findings.Error("enumeration", text.At, $"{at}: '{text.Value}' is not '{only.Value}'");
                break;
            case (StringType text, _):
                foreach (var given in Literals.TextsOf(value, template)) CheckText(given, text, at);
                break;
            case (IntegerType number, NumberNode given):
                if (given.Value < number.MinValue || given.Value > number.MaxValue) findings.Error("range", given.At, $"{at}: {given.Value} is outside {number.MinValue}..{number.MaxValue}");
                break;
            case (ArrayType array, ArrayNode list):
                CheckList(list, array, at);
                break;
            case (ArrayType array, LoopNode loop):
                Check(loop.Body, array.ItemType.Type, at + "[]");
                break;
            case (ObjectType known, ObjectNode body):
                CheckObject(body, known.Properties, known.AdditionalProperties?.Type, at, known.Name);
                break;
            case (DiscriminatedObjectType kinds, ObjectNode body):
                CheckDiscriminated(body, kinds, at);
                break;
        }
    }

    private void CheckText(TextNode given, StringType type, string at)
    {
        if (given.Value.Length < (type.MinLength ?? 0) || given.Value.Length > (type.MaxLength ?? int.MaxValue))
            findings.Error("length", given.At, $"{at}: '{given.Value}' has {given.Value.Length} characters, outside {type.MinLength ?? 0}..{type.MaxLength}");
        if (type.Pattern is { } pattern && Compiled(pattern) is { } expression && !expression.IsMatch(given.Value))
            findings.Error("pattern", given.At, $"{at}: '{given.Value}' does not match {pattern}");
        if (type.Sensitive == true && given.Value.Length > 0) findings.Error("secret", given.At, $"{at}: a secret is written in the text; take a @secure() parameter, or better an identity");
    }

    /// <summary>Published patterns are written for another engine: one that this one can't read is not checked.</summary>
    private static Regex? Compiled(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.None, TimeSpan.FromSeconds(1));
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private void CheckList(ArrayNode list, ArrayType array, string at)
    {
        if (!list.HasSpread && (list.Items.Count < (array.MinLength ?? 0) || list.Items.Count > (array.MaxLength ?? int.MaxValue)))
            findings.Error("length", list.At, $"{at}: {list.Items.Count} items, outside {array.MinLength ?? 0}..{array.MaxLength}");
        for (int i = 0; i < list.Items.Count; i++)
            if (list.Items[i] is not SpreadNode) Check(list.Items[i], array.ItemType.Type, $"{at}[{i}]");
    }

    private void CheckObject(ObjectNode body, IReadOnlyDictionary<string, ObjectTypeProperty> known, TypeBase? others, string at, string name)
    {
        bool top = at.Length == 0;
        foreach (var property in body.Properties.Where(p => p.Name is not null && !(top && Bicep.Contains(p.Name))))
        {
            string path = top ? property.Name! : $"{at}.{property.Name}";
            if (!known.TryGetValue(property.Name!, out var declared))
            {
                if (others is null && template.MayBeUnknown.Contains(property.At.Line)) continue;
                if (others is null) findings.Error("unknown-property", property.At, $"'{path}' is no property of {name}{Spelling.Near(property.Name!, known.Keys)}");
                else Check(property.Value, others, path);
            }
            else if (declared.Flags.HasFlag(ObjectTypePropertyFlags.ReadOnly)) findings.Error("read-only", property.At, $"'{path}' is read-only");
            else Check(property.Value, declared.Type.Type, path);
        }

        if (!body.IsComplete) return;
        foreach (var (property, declared) in known)
        {
            if (declared.Flags.HasFlag(ObjectTypePropertyFlags.Required) && !declared.Flags.HasFlag(ObjectTypePropertyFlags.ReadOnly) && body.Find(property) is null)
                findings.Error("required-property", body.At, $"'{(top ? property : $"{at}.{property}")}' is required");
        }
    }

    private void CheckDiscriminated(ObjectNode body, DiscriminatedObjectType kinds, string at)
    {
        if (body.Find(kinds.Discriminator) is not { } chosen)
        {
            if (body.IsComplete) findings.Error("required-property", body.At, $"'{at}.{kinds.Discriminator}' is required, one of {List(kinds.Elements.Keys)}");
            return;
        }

        if (chosen.Value is not TextNode { IsPlain: true } word) return;
        var element = kinds.Elements.FirstOrDefault(e => e.Key.Equals(word.Value, StringComparison.OrdinalIgnoreCase)).Value?.Type as ObjectType;
        if (element is null)
        {
            findings.Error("enumeration", word.At, $"{at}.{kinds.Discriminator}: '{word.Value}' is none of {List(kinds.Elements.Keys)}{Spelling.Near(word.Value, kinds.Elements.Keys)}");
            return;
        }

        Dictionary<string, ObjectTypeProperty> all = new(kinds.BaseProperties);
        foreach (var (name, property) in element.Properties) all[name] = property;
        CheckObject(body, all, element.AdditionalProperties?.Type, at, element.Name);
    }

    private static string? KindOf(TypeBase type) => type switch
    {
        StringType or StringLiteralType => "string",
        IntegerType => "int",
        BooleanType => "bool",
        ArrayType => "array",
        ObjectType or DiscriminatedObjectType => "object",
        _ => null,
    };

    private static string Show(TypeBase type) => type switch
    {
        StringLiteralType literal => $"'{literal.Value}'",
        UnionType union => string.Join(" | ", union.Elements.Select(e => Show(e.Type)).Distinct()),
        _ => KindOf(type) ?? type.GetType().Name,
    };

    private static string List(IEnumerable<string> words) => string.Join(", ", words.Take(12).Select(w => $"'{w}'"));
}
