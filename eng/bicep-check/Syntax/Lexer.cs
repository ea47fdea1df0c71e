using System.Text;

namespace Tidemark.BicepCheck.Syntax;

/// <summary>Cuts a Bicep file into tokens.</summary>
internal sealed class Lexer(string source)
{
    private const string Quotes = "'''";
    private static readonly string[] Operators = ["...", "??", "?.", ".?", "[?", "=>", "==", "!=", "=~", "!~", "<=", ">=", "&&", "||", "::"];
    private int next;
    private int line = 1;
    private int lineStart;

    private Position Here => new(line, next - lineStart + 1);

    private char Current => source[next];

    /// <exception cref="SyntaxException">A character, string or hole is not as it must be.</exception>
    public static IReadOnlyList<Token> Read(string source) => new Lexer(source.TrimStart('\uFEFF')).Read(hole: false);

    private List<Token> Read(bool hole)
    {
        List<Token> tokens = [];
        int depth = 0;
        while (next < source.Length)
        {
            var at = Here;
            if (SkipBlank()) continue;
            if (Current == '\n')
            {
                PassLineEnd();
                tokens.Add(new(TokenKind.LineEnd, "\n", at));
            }
            else if (hole && Current == '}' && depth == 0)
            {
                tokens.Add(new(TokenKind.End, "", at));
                return tokens;
            }
            else
            {
                var token = Next(at);
                depth += token is { Kind: TokenKind.Operator, Text: "{" } ? 1 : token is { Kind: TokenKind.Operator, Text: "}" } ? -1 : 0;
                tokens.Add(token);
            }
        }

        if (hole) throw new SyntaxException("'${' has no '}'", Here);
        return [.. tokens, new(TokenKind.LineEnd, "\n", Here), new(TokenKind.End, "", Here)];
    }

    /// <summary>Passes a space or a comment; also <c>#disable-next-line</c>, which speaks to the compiler's linter.</summary>
    private bool SkipBlank()
    {
        if (Current is ' ' or '\t' or '\r' or '\u00a0')
        {
            next++;
            return true;
        }

        if (Current == '#' || At("//"))
        {
            while (next < source.Length && Current != '\n') next++;
            return true;
        }

        if (!At("/*")) return false;
        int end = source.IndexOf("*/", next + 2, StringComparison.Ordinal);
        if (end < 0) throw new SyntaxException("'/*' has no '*/'", Here);
        while (next < end + 2) Step();
        return true;
    }

    private Token Next(Position at)
    {
        if (char.IsLetter(Current) || Current == '_') return new(TokenKind.Name, Take(c => char.IsLetterOrDigit(c) || c == '_'), at);
        if (char.IsDigit(Current)) return new(TokenKind.Number, Take(char.IsDigit), at);
        int dollars = source.AsSpan(next).IndexOfAnyExcept('$');
        if (dollars > 0 && string.CompareOrdinal(source, next + dollars, Quotes, 0, 3) == 0) return LongText(dollars, at);
        if (At(Quotes)) return LongText(0, at);
        if (Current == '\'') return Text(at);

        string symbol = Array.Find(Operators, At) ?? Current.ToString();
        if (symbol.Length == 1 && !"{}()[]<>=+-*/%!?:.,@|;^".Contains(Current)) throw new SyntaxException($"unexpected character '{Current}'", at);
        next += symbol.Length;
        return new(TokenKind.Operator, symbol, at);
    }

    private Token Text(Position at)
    {
        List<string> parts = [];
        List<IReadOnlyList<Token>> holes = [];
        var text = new StringBuilder();
        next++;
        while (true)
        {
            if (next >= source.Length || Current == '\n') throw new SyntaxException("the string has no end on its line", at);
            if (Current == '\'') break;
            if (At("${")) Hole(2, text, parts, holes);
            else if (Current == '\\') text.Append(Escape());
            else text.Append(source[next++]);
        }

        next++;
        return new(TokenKind.Text, "", at, [.. parts, text.ToString()], holes);
    }

    /// <summary><c>'''…'''</c> over several lines; with <c>$</c> before it, holes have as many of them.</summary>
    private Token LongText(int dollars, Position at)
    {
        List<string> parts = [];
        List<IReadOnlyList<Token>> holes = [];
        var text = new StringBuilder();
        string opening = new string('$', dollars) + "{";
        next += dollars + 3;
        if (next < source.Length && Current == '\r') next++;
        if (next < source.Length && Current == '\n') PassLineEnd();
        while (!(At(Quotes) && !At(Quotes + "'")))
        {
            if (next >= source.Length) throw new SyntaxException("''' has no end", at);
            if (dollars > 0 && At(opening)) Hole(opening.Length, text, parts, holes);
            else text.Append(Step());
        }

        next += 3;
        return new(TokenKind.Text, "", at, [.. parts, text.ToString()], holes);
    }

    private void Hole(int opening, StringBuilder text, List<string> parts, List<IReadOnlyList<Token>> holes)
    {
        parts.Add(text.ToString());
        text.Clear();
        next += opening;
        holes.Add(Read(hole: true));
        next++;
    }

    private string Escape()
    {
        var at = Here;
        char kind = next + 1 < source.Length ? source[next + 1] : ' ';
        next += 2;
        if (kind != 'u') return kind switch { 'n' => "\n", 'r' => "\r", 't' => "\t", '\\' or '\'' or '$' => kind.ToString(), _ => throw new SyntaxException($"no escape '\\{kind}'", at) };

        int end = source.IndexOf('}', next);
        if (end < 0 || !int.TryParse(source.AsSpan(next + 1, end - next - 1), System.Globalization.NumberStyles.HexNumber, null, out int code) || !Rune.IsValid(code))
            throw new SyntaxException(@"an escaped character reads \u{hexadecimal}", at);
        next = end + 1;
        return char.ConvertFromUtf32(code);
    }

    private string Take(Func<char, bool> belongs)
    {
        int start = next;
        while (next < source.Length && belongs(Current)) next++;
        return source[start..next];
    }

    private bool At(string text) => string.CompareOrdinal(source, next, text, 0, text.Length) == 0;

    private char Step()
    {
        char passed = Current;
        if (passed == '\n') PassLineEnd();
        else next++;
        return passed;
    }

    private void PassLineEnd()
    {
        next++;
        line++;
        lineStart = next;
    }
}
