using Tidemark.BicepCheck.Syntax;
using Locals = System.Collections.Generic.IReadOnlyDictionary<string, object?>;

namespace Tidemark.BicepCheck.Planning;

/// <summary>Computes expressions as far as their values are known before a deployment.</summary>
internal sealed class Evaluator(PlannedFile file)
{
    public object? Evaluate(Node node, Locals locals) => node switch
    {
        TextNode text => Text(text, locals),
        NumberNode number => number.Value,
        BooleanNode boolean => boolean.Value,
        NullNode => null,
        NameNode name => locals.TryGetValue(name.Name, out object? local) ? local : file.Symbol(name.Name),
        NestedNode nested => file.Symbol(nested.Name),
        MemberNode member => Member(Evaluate(member.Of, locals), member.Name),
        IndexNode index => Index(Evaluate(index.Of, locals), Evaluate(index.Key, locals)),
        ChoiceNode choice => Evaluate(choice.If, locals) switch { true => Evaluate(choice.Then, locals), false => Evaluate(choice.Else, locals), _ => Unknown.Value },
        IfNode condition => Evaluate(condition.If, locals) is false ? null : Evaluate(condition.Body, locals),
        UnaryNode unary => Unary(unary.Operator, Evaluate(unary.Operand, locals)),
        BinaryNode binary => Binary(binary, locals),
        ArrayNode array => array.Items.SelectMany(item => Item(item, locals)).ToList(),
        LoopNode loop => Items(loop, locals).Select(inner => Evaluate(loop.Body, inner)).ToList(),
        ObjectNode body => Object(body, locals),
        CallNode call => Call(call, locals),
        _ => Unknown.Value,
    };

    /// <summary>The variables of each turn of a loop; one turn of unknowns where the list is not known.</summary>
    public IEnumerable<Locals> Items(LoopNode loop, Locals locals)
    {
        var items = Evaluate(loop.In, locals) as IReadOnlyList<object?> ?? [Unknown.Value];
        return items.Select((item, index) => With(locals, loop.Variables, [item, (long)index]));
    }

    public Dictionary<string, object?> Object(ObjectNode body, Locals locals)
    {
        Dictionary<string, object?> values = [];
        foreach (var spread in body.Spreads)
        {
            foreach (var (name, value) in Evaluate(spread.Value, locals) as Locals ?? new Dictionary<string, object?>()) values[name] = value;
        }

        foreach (var property in body.Properties)
        {
            if ((property.Name ?? Text(property.Computed!, locals)) is string name) values[name] = Evaluate(property.Value, locals);
        }

        return values;
    }

    private static Dictionary<string, object?> With(Locals locals, IReadOnlyList<string> names, IReadOnlyList<object?> values)
    {
        Dictionary<string, object?> inner = new(locals);
        for (int i = 0; i < names.Count; i++) inner[names[i]] = i < values.Count ? values[i] : Unknown.Value;
        return inner;
    }

    private object Text(TextNode text, Locals locals)
    {
        string whole = text.Parts[0];
        for (int i = 0; i < text.Holes.Count; i++)
        {
            if (PlanFunctions.Text(Evaluate(text.Holes[i], locals)) is not { } hole) return Unknown.Value;
            whole += hole + text.Parts[i + 1];
        }

        return whole;
    }

    private IEnumerable<object?> Item(Node item, Locals locals) => item is SpreadNode spread
        ? Evaluate(spread.Value, locals) as IEnumerable<object?> ?? [Unknown.Value]
        : [Evaluate(item, locals)];

    private static object? Member(object? of, string name) => of switch
    {
        null => null,
        Locals values => values.TryGetValue(name, out object? value) ? value : Unknown.Value,
        PlannedResource resource => name switch
        {
            "id" => resource.Id,
            "type" => resource.Reference.Type,
            _ => Member(resource.Body, name),
        },
        PlannedFile module when name == "outputs" => module.Outputs,
        _ => Unknown.Value,
    };

    private static object? Index(object? of, object? key) => (of, key) switch
    {
        (IReadOnlyList<object?> list, long index) when index >= 0 && index < list.Count => list[(int)index],
        (_, string name) => Member(of, name),
        _ => Unknown.Value,
    };

    private static object? Unary(string symbol, object? operand) => (symbol, operand) switch
    {
        ("!", bool boolean) => !boolean,
        ("-", long number) => -number,
        ("+", long number) => number,
        _ => Unknown.Value,
    };

    private object? Binary(BinaryNode binary, Locals locals)
    {
        object? left = Evaluate(binary.Left, locals);
        switch (binary.Operator, left)
        {
            case ("&&", false): return false;
            case ("||", true): return true;
            case ("??", null): return Evaluate(binary.Right, locals);
            case ("??", not Unknown): return left;
        }

        object? right = Evaluate(binary.Right, locals);
        return (binary.Operator, left, right) switch
        {
            ("&&", _, false) => false,
            ("||", _, true) => true,
            (_, Unknown, _) or (_, _, Unknown) => Unknown.Value,
            ("&&" or "||", bool, bool) => right,
            ("==", _, _) => Equals(left, right),
            ("!=", _, _) => !Equals(left, right),
            ("=~", string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase),
            ("!~", string a, string b) => !a.Equals(b, StringComparison.OrdinalIgnoreCase),
            (_, long a, long b) => Arithmetic(binary.Operator, a, b),
            _ => Unknown.Value,
        };
    }

    private static object Arithmetic(string symbol, long left, long right) => symbol switch
    {
        "+" => left + right,
        "-" => left - right,
        "*" => left * right,
        "/" when right != 0 => left / right,
        "%" when right != 0 => left % right,
        "<" => left < right,
        "<=" => left <= right,
        ">" => left > right,
        ">=" => left >= right,
        _ => Unknown.Value,
    };

    private object? Call(CallNode call, Locals locals)
    {
        if (call.Of is not null) return Unknown.Value;
        if (file.Template.Symbols.TryGetValue(call.Name, out var own) && own.Kind == DeclarationKind.Function)
            return Evaluate(own.Value!, With(new Dictionary<string, object?>(), [.. own.Parameters.Select(p => p.Name)], [.. call.Arguments.Select(a => Evaluate(a, locals))]));
        return call switch
        {
            { Name: "map" or "filter" or "toObject", Arguments.Count: > 1 } =>
                PlanFunctions.Over(call.Name, Evaluate(call.Arguments[0], locals), [.. call.Arguments.OfType<LambdaNode>().Select(l => (Func<object?, object?>)(item => Evaluate(l.Body, With(locals, l.Arguments, [item]))))]),
            { Name: "loadTextContent" or "loadJsonContent", Arguments: [TextNode { IsPlain: true } path, ..] } => PlanFunctions.Load(call.Name, file.Template.Beside(path.Value)),
            _ => PlanFunctions.Call(call.Name, [.. call.Arguments.Select(a => Evaluate(a, locals))]),
        };
    }
}
