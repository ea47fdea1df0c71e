namespace Tidemark.BicepCheck.Syntax;

internal sealed partial class Parser
{
    /// <summary>One type, or several with <c>|</c> between them, over as many lines as it takes.</summary>
    private TypeNode Type()
    {
        PassLines();
        Eat("|");
        PassLines();
        List<TypeNode> all = [TypeItem()];
        while (EatOnLaterLine("|"))
        {
            PassLines();
            all.Add(TypeItem());
        }

        return all.Count == 1 ? all[0] : new(all[0].At, TypeKind.Union) { Of = all };
    }

    private bool EatOnLaterLine(string text)
    {
        int start = next;
        PassLines();
        if (Is(text))
        {
            next++;
            return true;
        }

        next = start;
        return false;
    }

    private TypeNode TypeItem()
    {
        PassLinesInside();
        var at = Current.At;
        var type = PlainType(at);
        while (true)
        {
            if (Is("[")) type = Indexed(type);
            else if (Is("."))
            {
                next++;
                if (!Eat("*")) Name();
                type = new(at, TypeKind.Any);
            }
            else if (Is("?"))
            {
                next++;
                type = new(at, TypeKind.Nullable) { Of = [type] };
            }
            else if (Is("!")) next++;
            else return type;
        }
    }

    private TypeNode PlainType(Position at)
    {
        if (Current.Kind == TokenKind.Text) return new(at, TypeKind.Literal) { Literal = Text() };
        if (Current.Kind == TokenKind.Number) return new(at, TypeKind.Literal) { Literal = Number(tokens[next++]) };
        if (Eat("-")) return new(at, TypeKind.Literal) { Literal = new NumberNode(at, -Number(tokens[next++]).Value) };
        if (Is("{")) return ObjectType(at);
        if (Is("[")) return TupleType(at);
        if (Eat("("))
        {
            flat++;
            var inside = Type();
            Need(")");
            flat--;
            return inside;
        }

        string name = Name();
        if (name is "true" or "false") return new(at, TypeKind.Literal) { Literal = new BooleanNode(at, name == "true") };
        if (name == "null") return new(at, TypeKind.Literal) { Literal = new NullNode(at) };
        if (name == "resource" && Current.Kind == TokenKind.Text)
        {
            Text();
            return new(at, TypeKind.Any);
        }

        return Is("<") ? Generic(at, name) : new(at, TypeKind.Name, name);
    }

    private TypeNode Generic(Position at, string name)
    {
        next++;
        flat++;
        var argument = Type();
        Need(">");
        flat--;
        return new(at, TypeKind.Generic, name) { Of = [argument] };
    }

    private TypeNode ObjectType(Position at)
    {
        List<(string?, TypeNode)> properties = [];
        Enclosed("}", () =>
        {
            Decorators();
            string? name = Eat("*") ? null : Current.Kind == TokenKind.Text ? PlainText() : Name();
            Need(":");
            properties.Add((name, Type()));
        });
        return new(at, TypeKind.Object) { Properties = properties };
    }

    private TypeNode TupleType(Position at)
    {
        List<TypeNode> items = [];
        Enclosed("]", () =>
        {
            Decorators();
            items.Add(Type());
        });
        return new(at, TypeKind.Tuple) { Of = items };
    }

    /// <summary><c>type[]</c>, <c>type[*]</c> or <c>type[index]</c>.</summary>
    private TypeNode Indexed(TypeNode type)
    {
        next++;
        if (Eat("]")) return new(type.At, TypeKind.Array) { Of = [type] };
        next++;
        Need("]");
        return new(type.At, TypeKind.Any);
    }

    /// <summary>Passes the opening bracket, items on lines of their own or with commas between them, and the closing bracket.</summary>
    private void Enclosed(string closing, Action item)
    {
        next++;
        int outside = flat;
        flat = 0;
        PassLines();
        while (!Is(closing))
        {
            item();
            if (!Eat(",") && Current.Kind != TokenKind.LineEnd && !Is(closing)) throw Expected($"',', the end of the line or '{closing}'");
            PassLines();
        }

        next++;
        flat = outside;
    }

    private static NumberNode Number(Token token) => long.TryParse(token.Text, out long value) ? new(token.At, value) : throw new SyntaxException("the number is too large", token.At);
}
