using Tidemark.BicepCheck.Schema;
using Tidemark.BicepCheck.Syntax;

namespace Tidemark.BicepCheck.Checks;

/// <summary>A Bicep file, read.</summary>
internal sealed class Template
{
    private readonly Dictionary<string, Declaration> symbols = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ResourceReference> references = new(StringComparer.Ordinal);

    private Template(string path, IReadOnlyList<Declaration> declarations)
    {
        (Path, Declarations) = (path, declarations);
        foreach (var declaration in declarations) Declare(declaration, parent: null);
    }

    public string Path { get; }

    public IReadOnlyList<Declaration> Declarations { get; }

    public IReadOnlyDictionary<string, Declaration> Symbols => symbols;

    /// <summary>Declarations of a name that is declared already.</summary>
    public List<Declaration> Repeated { get; } = [];

    public string Scope => Declarations.FirstOrDefault(d => d.Kind == DeclarationKind.TargetScope)?.Value is TextNode { IsPlain: true } scope ? scope.Value : "resourceGroup";

    public IEnumerable<Declaration> Parameters => Declarations.Where(d => d.Kind == DeclarationKind.Parameter);

    public IEnumerable<Declaration> Outputs => Declarations.Where(d => d.Kind == DeclarationKind.Output);

    /// <summary>Lines after <c>#disable-next-line BCP037</c>, where a property may be one that the published types do not know yet.</summary>
    public HashSet<int> MayBeUnknown { get; init; } = [];

    /// <exception cref="SyntaxException">The file is not Bicep.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static Template Read(string path) => Read(path, File.ReadAllText(path));

    /// <exception cref="SyntaxException">The text is not Bicep.</exception>
    public static Template Read(string path, string text)
    {
        var disabled = text.Split('\n').Index().Where(line => line.Item.TrimStart().StartsWith("#disable-next-line BCP037", StringComparison.Ordinal));
        return new(path, Parser.Parse(text)) { MayBeUnknown = [.. disabled.Select(line => line.Index + 2)] };
    }

    /// <summary>Type and version of a resource declared here.</summary>
    public ResourceReference? ReferenceOf(Declaration resource) => references.GetValueOrDefault(resource.Name);

    /// <summary>The path of another file that this one names.</summary>
    public string Beside(string reference) => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, reference);

    private void Declare(Declaration declaration, ResourceReference? parent)
    {
        foreach (var (_, name) in declaration.Imports) symbols[name] = declaration;
        if (declaration.Name.Length == 0 || declaration.Kind is DeclarationKind.Output or DeclarationKind.Metadata or DeclarationKind.Assert) return;
        if (!symbols.TryAdd(declaration.Name, declaration)) Repeated.Add(declaration);
        if (declaration.Kind != DeclarationKind.Resource) return;

        var reference = ResourceReference.Parse(declaration.Reference);
        references[declaration.Name] = reference = parent is null ? reference : reference.Within(parent);
        foreach (var inner in declaration.Body?.Resources ?? []) Declare(inner, reference);
    }
}
