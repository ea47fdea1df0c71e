namespace Tidemark.BicepCheck.Syntax;

internal enum DeclarationKind
{
    TargetScope,
    Metadata,
    Parameter,
    Variable,
    Output,
    Type,
    Function,
    Resource,
    Module,
    Assert,
    Import,
    Extension,
    Using,
}

/// <summary>A statement of a Bicep file.</summary>
internal sealed record Declaration(Position At, DeclarationKind Kind)
{
    /// <value>Empty for statements that declare no name.</value>
    public string Name { get; init; } = "";

    public TypeNode? Type { get; init; }

    /// <summary>Value of a parameter, variable or output; body of a resource, module or function.</summary>
    public Node? Value { get; init; }

    public IReadOnlyList<CallNode> Decorators { get; init; } = [];

    /// <summary>Type and version of a resource, path of a module or of a file that is imported or used.</summary>
    public string Reference { get; init; } = "";

    /// <summary>The resource is not deployed here, only named.</summary>
    public bool Existing { get; init; }

    /// <summary>Parameters of a function.</summary>
    public IReadOnlyList<(string Name, TypeNode Type)> Parameters { get; init; } = [];

    /// <summary>Names that an import brings: as the other file calls them, and as this one does.</summary>
    public IReadOnlyList<(string Theirs, string Ours)> Imports { get; init; } = [];

    /// <summary>The object that describes a resource or module, without the loop and condition around it; null where it is none.</summary>
    public ObjectNode? Body => Unwrap(Value);

    public CallNode? Decorator(string name) => Decorators.FirstOrDefault(d => d.Name == name);

    private static ObjectNode? Unwrap(Node? body) => body switch
    {
        LoopNode loop => Unwrap(loop.Body),
        IfNode condition => Unwrap(condition.Body),
        _ => body as ObjectNode,
    };
}

internal enum TypeKind
{
    Name,
    Literal,
    Union,
    Object,
    Tuple,
    Array,
    Nullable,

    /// <summary><c>resourceInput&lt;'type@version'&gt;</c> and its like.</summary>
    Generic,

    /// <summary>A type that this program does not follow.</summary>
    Any,
}

/// <summary>A type as written.</summary>
/// <param name="Name">Of a type by name, or of a generic one.</param>
internal sealed record TypeNode(Position At, TypeKind Kind, string Name = "")
{
    public IReadOnlyList<TypeNode> Of { get; init; } = [];

    public IReadOnlyList<(string? Name, TypeNode Type)> Properties { get; init; } = [];

    public Node? Literal { get; init; }
}
