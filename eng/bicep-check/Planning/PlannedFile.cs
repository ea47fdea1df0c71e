using Tidemark.BicepCheck.Checks;
using Tidemark.BicepCheck.Syntax;

namespace Tidemark.BicepCheck.Planning;

/// <summary>One file in one use: its parameters have values. What it declares is evaluated when it is first asked for.</summary>
internal sealed class PlannedFile
{
    private static readonly IReadOnlyDictionary<string, object?> NoLocals = new Dictionary<string, object?>();

    private readonly Templates files;
    private readonly IReadOnlyDictionary<string, object?> given;
    private readonly List<PlannedResource> resources;
    private readonly Dictionary<string, object?> evaluated = [];
    private readonly Evaluator evaluator;
    private IReadOnlyDictionary<string, object?>? outputs;

    public PlannedFile(Templates files, Template template, IReadOnlyDictionary<string, object?> given, List<PlannedResource> resources)
    {
        (this.files, Template, this.given, this.resources) = (files, template, given, resources);
        evaluator = new(this);
    }

    public Template Template { get; }

    public IReadOnlyDictionary<string, object?> Outputs => outputs ??= Template.Outputs.ToDictionary(o => o.Name, o => Evaluate(o.Value!));

    public void Deploy()
    {
        foreach (var declaration in Template.Declarations.Where(d => d.Kind is DeclarationKind.Resource or DeclarationKind.Module)) Symbol(declaration.Name);
    }

    public object? Evaluate(Node node) => evaluator.Evaluate(node, NoLocals);

    /// <summary>The value of a name: a parameter's, a variable's, the planned resource or module.</summary>
    public object? Symbol(string name)
    {
        if (evaluated.TryGetValue(name, out object? value)) return value;
        evaluated[name] = Unknown.Value; // what names itself in a circle
        return evaluated[name] = Template.Symbols.TryGetValue(name, out var declared) ? Value(declared, name) : Unknown.Value;
    }

    private object? Value(Declaration declared, string name) => declared.Kind switch
    {
        DeclarationKind.Parameter => given.TryGetValue(name, out object? value) ? value : declared.Value is { } fallback ? Evaluate(fallback) : declared.Type?.Kind == TypeKind.Nullable ? null : Unknown.Value,
        DeclarationKind.Variable => Evaluate(declared.Value!),
        DeclarationKind.Resource => Each(declared.Value, (body, locals) => Resource(declared, body, locals, parent: null)),
        DeclarationKind.Module => Each(declared.Value, (body, locals) => Module(declared, body, locals)),
        DeclarationKind.Import => files.Find(Template.Beside(declared.Reference)) is { } source ? new PlannedFile(files, source, NoLocals, []).Symbol(declared.Imports.First(i => i.Ours == name).Theirs) : Unknown.Value,
        _ => Unknown.Value,
    };

    /// <summary>One for the body, null where its condition is false, a list where there is a loop.</summary>
    private object? Each(Node? body, Func<ObjectNode, IReadOnlyDictionary<string, object?>, object?> plan) => Each(body, NoLocals, plan);

    private object? Each(Node? body, IReadOnlyDictionary<string, object?> locals, Func<ObjectNode, IReadOnlyDictionary<string, object?>, object?> plan) => body switch
    {
        ObjectNode plain => plan(plain, locals),
        IfNode condition => evaluator.Evaluate(condition.If, locals) is false ? null : Each(condition.Body, locals, plan),
        LoopNode loop => evaluator.Items(loop, locals).Select(inner => Each(loop.Body, inner, plan)).ToList(),
        _ => Unknown.Value,
    };

    private PlannedResource Resource(Declaration declared, ObjectNode body, IReadOnlyDictionary<string, object?> locals, PlannedResource? parent)
    {
        var values = evaluator.Object(body, locals);
        PlannedResource planned = new(Template.ReferenceOf(declared)!, Template.Path, declared.At, declared.Existing, parent ?? values.GetValueOrDefault("parent") as PlannedResource, values);
        resources.Add(planned);
        foreach (var inner in body.Resources) evaluated[inner.Name] = Each(inner.Value, locals, (innerBody, innerLocals) => Resource(inner, innerBody, innerLocals, planned));
        return planned;
    }

    private object? Module(Declaration declared, ObjectNode body, IReadOnlyDictionary<string, object?> locals)
    {
        if (files.Find(Template.Beside(declared.Reference)) is not { } target) return Unknown.Value;
        var parameters = body.Find("params") is { } property && evaluator.Evaluate(property.Value, locals) is IReadOnlyDictionary<string, object?> values ? values : NoLocals;
        var module = new PlannedFile(files, target, parameters, resources);
        module.Deploy();
        return module;
    }
}
