namespace Tidemark.BicepCheck.Syntax;

internal enum TokenKind
{
    LineEnd,
    Name,
    Number,
    Text,
    Operator,
    End,
}

/// <param name="Parts">Texts of a string around its holes.</param>
/// <param name="Holes">Tokens of each <c>${…}</c>, with an end.</param>
internal sealed record Token(TokenKind Kind, string Text, Position At, IReadOnlyList<string>? Parts = null, IReadOnlyList<IReadOnlyList<Token>>? Holes = null)
{
    public bool Is(string text) => Kind is TokenKind.Operator or TokenKind.Name && Text == text;
}

/// <summary>The text is not Bicep.</summary>
internal sealed class SyntaxException(string sentence, Position at) : Exception(sentence)
{
    public Position At => at;
}
