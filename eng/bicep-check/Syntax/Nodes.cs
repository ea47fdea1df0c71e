namespace Tidemark.BicepCheck.Syntax;

/// <summary>Where something begins; both count from 1.</summary>
internal readonly record struct Position(int Line, int Column);

/// <summary>An expression, or a part of one.</summary>
internal abstract record Node(Position At);

/// <param name="Parts">The texts around the holes; one more than there are holes.</param>
/// <param name="Holes">The expressions of <c>${…}</c>.</param>
internal sealed record TextNode(Position At, IReadOnlyList<string> Parts, IReadOnlyList<Node> Holes) : Node(At)
{
    public bool IsPlain => Holes.Count == 0;

    /// <summary>The text before the first hole: the whole of a plain one.</summary>
    public string Value => Parts[0];
}

internal sealed record NumberNode(Position At, long Value) : Node(At);

internal sealed record BooleanNode(Position At, bool Value) : Node(At);

internal sealed record NullNode(Position At) : Node(At);

internal sealed record NameNode(Position At, string Name) : Node(At);

/// <summary><c>of.name</c>, or <c>of.?name</c>.</summary>
internal sealed record MemberNode(Position At, Node Of, string Name) : Node(At);

/// <summary><c>of[key]</c>.</summary>
internal sealed record IndexNode(Position At, Node Of, Node Key) : Node(At);

/// <summary><c>of::name</c>: a resource declared within another.</summary>
internal sealed record NestedNode(Position At, Node Of, string Name) : Node(At);

/// <summary><c>name(…)</c>, or <c>of.name(…)</c>.</summary>
internal sealed record CallNode(Position At, Node? Of, string Name, IReadOnlyList<Node> Arguments) : Node(At);

internal sealed record UnaryNode(Position At, string Operator, Node Operand) : Node(At);

internal sealed record BinaryNode(Position At, string Operator, Node Left, Node Right) : Node(At);

/// <summary><c>if ? then : else</c>.</summary>
internal sealed record ChoiceNode(Position At, Node If, Node Then, Node Else) : Node(At);

internal sealed record LambdaNode(Position At, IReadOnlyList<string> Arguments, Node Body) : Node(At);

/// <summary><c>[for item in list: body]</c>; a second variable is the index.</summary>
internal sealed record LoopNode(Position At, IReadOnlyList<string> Variables, Node In, Node Body) : Node(At);

/// <summary><c>if (condition) { … }</c> before the body of a resource or module.</summary>
internal sealed record IfNode(Position At, Node If, Node Body) : Node(At);

/// <summary><c>...value</c> in an array or object.</summary>
internal sealed record SpreadNode(Position At, Node Value) : Node(At);

internal sealed record ArrayNode(Position At, IReadOnlyList<Node> Items) : Node(At)
{
    public bool HasSpread => Items.Any(item => item is SpreadNode);
}

/// <param name="Name">Null when it is computed.</param>
internal sealed record PropertyNode(Position At, string? Name, TextNode? Computed, Node Value) : Node(At);

/// <param name="Resources">Resources declared within the body of a resource.</param>
internal sealed record ObjectNode(Position At, IReadOnlyList<PropertyNode> Properties, IReadOnlyList<SpreadNode> Spreads, IReadOnlyList<Declaration> Resources) : Node(At)
{
    /// <summary>Every property is written out by its name.</summary>
    public bool IsComplete => Spreads.Count == 0 && Properties.All(p => p.Name is not null);

    public PropertyNode? Find(string name) => Properties.FirstOrDefault(p => p.Name == name);
}
