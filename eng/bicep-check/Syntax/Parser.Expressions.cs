namespace Tidemark.BicepCheck.Syntax;

internal sealed partial class Parser
{
    /// <summary>Binary operators, the weakest first.</summary>
    private static readonly string[][] Levels = [["??"], ["||"], ["&&"], ["==", "!=", "=~", "!~"], ["<", "<=", ">", ">="], ["+", "-"], ["*", "/", "%"]];

    private Node Expression()
    {
        PassLinesInside();
        var first = Binary(0);
        if (!EatOnLaterLine("?")) return first;
        PassLines();
        var then = Expression();
        PassLines();
        Need(":");
        PassLines();
        return new ChoiceNode(first.At, first, then, Expression());
    }

    private Node Binary(int level)
    {
        if (level == Levels.Length) return Unary();
        var left = Binary(level + 1);
        while (true)
        {
            int start = next;
            if (flat > 0 || level <= 2) PassLines();
            if (Current.Kind != TokenKind.Operator || !Levels[level].Contains(Current.Text))
            {
                next = start;
                return left;
            }

            var symbol = tokens[next++];
            PassLines();
            left = new BinaryNode(symbol.At, symbol.Text, left, Binary(level + 1));
        }
    }

    private Node Unary()
    {
        PassLinesInside();
        if (Current.Kind != TokenKind.Operator || Current.Text is not ("!" or "-" or "+")) return Postfix();
        var symbol = tokens[next++];
        return new UnaryNode(symbol.At, symbol.Text, Unary());
    }

    private Node Postfix()
    {
        var value = Primary();
        while (true)
        {
            if (flat > 0) PassLinesBeforeMember();
            var at = Current.At;
            if (Is(".") || Is(".?") || Is("?."))
            {
                next++;
                string name = Name();
                value = Eat("(") ? new CallNode(at, value, name, Arguments()) : new MemberNode(at, value, name);
            }
            else if (Is("::"))
            {
                next++;
                value = new NestedNode(at, value, Name());
            }
            else if (Is("[") || Is("[?")) value = new IndexNode(at, value, Key());
            else if (Is("!")) next++;
            else return value;
        }
    }

    /// <summary>Inside parentheses a chain of members may go on after the end of a line.</summary>
    private void PassLinesBeforeMember()
    {
        int start = next;
        PassLines();
        if (!(Is(".") || Is(".?") || Is("?."))) next = start;
    }

    private Node Key()
    {
        next++;
        flat++;
        Eat("^");
        var key = Expression();
        Need("]");
        flat--;
        return key;
    }

    private List<Node> Arguments()
    {
        List<Node> all = [];
        flat++;
        while (!Eat(")"))
        {
            all.Add(Expression());
            PassLines();
            if (!Is(")")) Need(",");
        }

        flat--;
        return all;
    }

    private Node Primary()
    {
        PassLinesInside();
        var token = Current;
        return token.Kind switch
        {
            TokenKind.Text => Text(),
            TokenKind.Number => Number(tokens[next++]),
            TokenKind.Name when Following.Is("=>") => Lambda(token.At, [Name()]),
            TokenKind.Name => Word(token.At, Name()),
            TokenKind.Operator when token.Text == "(" => LambdaArguments() is { } arguments ? Lambda(token.At, arguments) : Parenthesised(),
            TokenKind.Operator when token.Text == "{" => Object(),
            TokenKind.Operator when token.Text == "[" => ArrayOrLoop(),
            _ => throw Expected("an expression"),
        };
    }

    private Node Word(Position at, string word) => word switch
    {
        "true" or "false" => new BooleanNode(at, word == "true"),
        "null" => new NullNode(at),
        _ => Is("(") && Eat("(") ? new CallNode(at, null, word, Arguments()) : new NameNode(at, word),
    };

    private LambdaNode Lambda(Position at, IReadOnlyList<string> arguments)
    {
        Need("=>");
        PassLines();
        return new(at, arguments, Expression());
    }

    /// <summary>The names of <c>(a, b) =&gt;</c>, passed; null where something else is in the parentheses, nothing passed.</summary>
    private List<string>? LambdaArguments()
    {
        int start = next++;
        List<string> names = [];
        PassLines();
        while (Current.Kind == TokenKind.Name)
        {
            names.Add(tokens[next++].Text);
            PassLines();
            if (!Is(",")) break;
            next++;
            PassLines();
        }

        if (Is(")") && Following.Is("=>"))
        {
            next++;
            return names;
        }

        next = start;
        return null;
    }

    private Node ArrayOrLoop()
    {
        var at = Current.At;
        if (tokens.Skip(next + 1).First(t => t.Kind != TokenKind.LineEnd).Is("for")) return Loop(at);
        List<Node> items = [];
        Enclosed("]", () =>
        {
            var start = Current.At;
            items.Add(Eat("...") ? new SpreadNode(start, Expression()) : Expression());
        });
        return new ArrayNode(at, items);
    }

    private LoopNode Loop(Position at)
    {
        LoopNode? loop = null;
        Enclosed("]", () =>
        {
            next++;
            List<string> variables = [];
            bool several = Eat("(");
            do variables.Add(Name());
            while (several && Eat(","));
            if (several) Need(")");
            Need("in");
            var list = Expression();
            PassLines();
            Need(":");
            loop = new(at, variables, list, Body());
        });
        return loop!;
    }

    private ObjectNode Object()
    {
        var at = Current.At;
        List<PropertyNode> properties = [];
        List<SpreadNode> spreads = [];
        List<Declaration> resources = [];
        Enclosed("}", () =>
        {
            var start = Current.At;
            if (Is("@") || (Is("resource") && Following.Kind == TokenKind.Name && tokens[next + 2].Kind == TokenKind.Text)) resources.Add(Statement());
            else if (Eat("...")) spreads.Add(new(start, Expression()));
            else properties.Add(Property(start, properties));
        });
        return new(at, properties, spreads, resources);
    }

    private PropertyNode Property(Position at, List<PropertyNode> before)
    {
        TextNode? text = Current.Kind == TokenKind.Text ? Text() : null;
        string? name = text is null ? Name() : text.IsPlain ? text.Value : null;
        if (name is not null && before.Any(p => p.Name == name)) throw new SyntaxException($"the property '{name}' is set twice", at);
        Need(":");
        PassLines();
        return new(at, name, name is null ? text : null, Is("if") && Following.Is("(") ? Body() : Expression());
    }
}
