namespace Tidemark.BicepCheck.Syntax;

/// <summary>Reads a whole Bicep or parameter file: every statement, type and expression of the language.</summary>
internal sealed partial class Parser
{
    private readonly IReadOnlyList<Token> tokens;
    private int next;

    /// <summary>Above zero inside parentheses and holes, where the end of a line means nothing.</summary>
    private int flat;

    private Parser(IReadOnlyList<Token> tokens) => this.tokens = tokens;

    private Token Current => tokens[next];

    private Token Following => tokens[next + 1];

    /// <exception cref="SyntaxException">The text is not Bicep.</exception>
    public static IReadOnlyList<Declaration> Parse(string source)
    {
        var parser = new Parser(Lexer.Read(source));
        List<Declaration> file = [];
        parser.PassLines();
        while (parser.Current.Kind != TokenKind.End)
        {
            file.Add(parser.Statement());
            if (parser.Current.Kind != TokenKind.LineEnd) throw parser.Expected("the end of the line");
            parser.PassLines();
        }

        return file;
    }

    private Declaration Statement()
    {
        var decorators = Decorators();
        var at = Current.At;
        string word = Name();
        return word switch
        {
            "targetScope" => new(at, DeclarationKind.TargetScope) { Value = Assigned() },
            "metadata" => new(at, DeclarationKind.Metadata) { Name = Name(), Value = Assigned() },
            "param" => new(at, DeclarationKind.Parameter) { Name = Name(), Type = Is("=") ? null : AtLineEnd ? throw Expected("a type or '='") : Type(), Value = Is("=") ? Assigned() : null, Decorators = decorators },
            "var" => new(at, DeclarationKind.Variable) { Name = Name(), Type = Is("=") ? null : Type(), Value = Assigned(), Decorators = decorators },
            "output" => new(at, DeclarationKind.Output) { Name = Name(), Type = Type(), Value = Assigned(), Decorators = decorators },
            "type" => new(at, DeclarationKind.Type) { Name = Name(), Type = AssignedType(), Decorators = decorators },
            "func" => Function(at, decorators),
            "resource" or "module" => Resource(at, word == "resource" ? DeclarationKind.Resource : DeclarationKind.Module, decorators),
            "assert" => new(at, DeclarationKind.Assert) { Name = Name(), Value = Assigned() },
            "import" => Import(at),
            "extension" or "provider" => Extension(at),
            "using" => new(at, DeclarationKind.Using) { Reference = Current.Kind == TokenKind.Text ? PlainText() : Name() },
            _ => throw new SyntaxException($"no statement begins with '{word}'", at),
        };
    }

    private List<CallNode> Decorators()
    {
        List<CallNode> found = [];
        while (Is("@"))
        {
            next++;
            var decorator = Postfix();
            found.Add(decorator as CallNode ?? throw new SyntaxException("a decorator is a call", decorator.At));
            PassLines();
        }

        return found;
    }

    private Declaration Resource(Position at, DeclarationKind kind, List<CallNode> decorators)
    {
        var (name, reference, existing) = (Name(), PlainText(), Eat("existing"));
        Need("=");
        return new(at, kind) { Name = name, Reference = reference, Existing = existing, Value = Body(), Decorators = decorators };
    }

    /// <summary>What describes a resource or module: an object, perhaps in a loop or under a condition.</summary>
    private Node Body()
    {
        PassLines();
        var at = Current.At;
        if (!Is("if")) return Is("[") ? ArrayOrLoop() : Expression();
        next++;
        var condition = Parenthesised();
        PassLines();
        return new IfNode(at, condition, Body());
    }

    private Node Parenthesised()
    {
        Need("(");
        flat++;
        var inside = Expression();
        Need(")");
        flat--;
        return inside;
    }

    private Declaration Function(Position at, List<CallNode> decorators)
    {
        string name = Name();
        List<(string, TypeNode)> parameters = [];
        Need("(");
        flat++;
        while (!Eat(")"))
        {
            parameters.Add((Name(), Type()));
            if (!Is(")")) Need(",");
        }

        flat--;
        var type = Type();
        Need("=>");
        PassLines();
        return new(at, DeclarationKind.Function) { Name = name, Parameters = parameters, Type = type, Value = Expression(), Decorators = decorators };
    }

    private Declaration Import(Position at)
    {
        List<(string, string)> names = [];
        if (Eat("*"))
        {
            Need("as");
            names.Add(("*", Name()));
        }
        else
        {
            Need("{");
            flat++;
            while (!Eat("}"))
            {
                PassLines();
                string name = Current.Kind == TokenKind.Text ? PlainText() : Name();
                names.Add((name, Eat("as") ? Name() : name));
                Eat(",");
            }

            flat--;
        }

        Need("from");
        return new(at, DeclarationKind.Import) { Imports = names, Reference = PlainText() };
    }

    private Declaration Extension(Position at)
    {
        string reference = Current.Kind == TokenKind.Text ? PlainText() : Name();
        var settings = Eat("with") ? Expression() : null;
        return new(at, DeclarationKind.Extension) { Reference = reference, Value = settings, Name = Eat("as") ? Name() : "" };
    }

    private Node Assigned()
    {
        Need("=");
        return Expression();
    }

    private TypeNode AssignedType()
    {
        Need("=");
        return Type();
    }

    private bool AtLineEnd => Current.Kind is TokenKind.LineEnd or TokenKind.End;

    private SyntaxException Expected(string what) => new(
        $"expected {what}, found {Current.Kind switch { TokenKind.LineEnd => "the end of the line", TokenKind.End => "the end of the file", TokenKind.Text => "a string", _ => $"'{Current.Text}'" }}", Current.At);

    private void PassLines()
    {
        while (Current.Kind == TokenKind.LineEnd) next++;
    }

    private void PassLinesInside()
    {
        if (flat > 0) PassLines();
    }

    private bool Is(string text) => Current.Is(text);

    private bool Eat(string text)
    {
        PassLinesInside();
        if (!Is(text)) return false;
        next++;
        return true;
    }

    private void Need(string text)
    {
        if (!Eat(text)) throw Expected($"'{text}'");
    }

    private string Name()
    {
        PassLinesInside();
        return Current.Kind == TokenKind.Name ? tokens[next++].Text : throw Expected("a name");
    }

    private TextNode Text()
    {
        PassLinesInside();
        if (Current.Kind != TokenKind.Text) throw Expected("a string");
        var token = tokens[next++];
        return new(token.At, token.Parts!, [.. token.Holes!.Select(hole => new Parser(hole) { flat = 1 }.WholeHole())]);
    }

    private string PlainText()
    {
        var text = Text();
        return text.IsPlain ? text.Value : throw new SyntaxException("a plain string is expected here", text.At);
    }

    private Node WholeHole()
    {
        var inside = Expression();
        PassLines();
        return Current.Kind == TokenKind.End ? inside : throw Expected("'}'");
    }
}
