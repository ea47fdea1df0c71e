using Tidemark.BicepCheck.Syntax;

namespace Tidemark.BicepCheck.Checks;

/// <summary>What the text alone tells of the value of an expression.</summary>
internal static class Literals
{
    /// <summary>Variables may name each other; how far that is followed.</summary>
    private const int Depth = 8;

    private static readonly HashSet<string> TextFunctions =
        ["toLower", "toUpper", "uniqueString", "guid", "newGuid", "format", "replace", "substring", "string", "base64", "resourceId", "subscriptionResourceId", "tenantResourceId", "extensionResourceId", "trim", "join", "uri", "utcNow", "loadTextContent", "padLeft", "dateTimeAdd"];

    /// <summary><c>string</c>, <c>int</c>, <c>bool</c>, <c>object</c>, <c>array</c> or <c>null</c> as word; null where the text does not tell.</summary>
    public static string? KindOf(Node node, Template template, int depth = 0) => depth > Depth ? null : node switch
    {
        TextNode => "string",
        NumberNode => "int",
        BooleanNode => "bool",
        ObjectNode => "object",
        ArrayNode or LoopNode => "array",
        NullNode => "null",
        NameNode name when template.Symbols.TryGetValue(name.Name, out var declared) => KindOf(declared, template, depth),
        CallNode { Of: null } call when TextFunctions.Contains(call.Name) && !template.Symbols.ContainsKey(call.Name) => "string",
        BinaryNode { Operator: "==" or "!=" or "<" or ">" or "<=" or ">=" or "&&" or "||" or "=~" or "!~" } => "bool",
        UnaryNode { Operator: "!" } => "bool",
        _ => null,
    };

    /// <summary>The texts that an expression may be: its own, those of the variables it names, the allowed values of a parameter.</summary>
    public static IEnumerable<TextNode> TextsOf(Node node, Template template, int depth = 0) => depth > Depth ? [] : node switch
    {
        TextNode { IsPlain: true } text => [text],
        NameNode name when template.Symbols.TryGetValue(name.Name, out var declared) => TextsOf(declared, template, depth),
        _ => [],
    };

    /// <summary>The values that a parameter allows; null where it takes any.</summary>
    public static IReadOnlyList<Node>? Allowed(Declaration parameter, Template template) =>
        parameter.Decorator("allowed") is { Arguments: [ArrayNode list] } ? list.Items
        : TypeOf(parameter, template) is { Kind: TypeKind.Union } union && union.Of.All(t => t.Literal is not null) ? [.. union.Of.Select(t => t.Literal!)]
        : null;

    /// <summary><c>string</c>, <c>int</c>, <c>bool</c>, <c>object</c> or <c>array</c> where a parameter is declared as one of these; else null.</summary>
    public static string? PlainType(Declaration parameter) => parameter.Type is { Kind: TypeKind.Name, Name: "string" or "int" or "bool" or "array" or "object" } type ? type.Name : null;

    private static TypeNode? TypeOf(Declaration parameter, Template template) =>
        parameter.Type is { Kind: TypeKind.Name } named && template.Symbols.TryGetValue(named.Name, out var own) && own.Kind == DeclarationKind.Type ? own.Type : parameter.Type;

    private static string? KindOf(Declaration declared, Template template, int depth) => declared switch
    {
        { Kind: DeclarationKind.Parameter } => PlainType(declared),
        { Kind: DeclarationKind.Variable, Type: null, Value: { } value } => KindOf(value, template, depth + 1),
        _ => null,
    };

    private static IEnumerable<TextNode> TextsOf(Declaration declared, Template template, int depth) => declared switch
    {
        { Kind: DeclarationKind.Parameter } => (Allowed(declared, template) ?? []).OfType<TextNode>(),
        { Kind: DeclarationKind.Variable, Value: { } value } => TextsOf(value, template, depth + 1),
        _ => [],
    };
}
