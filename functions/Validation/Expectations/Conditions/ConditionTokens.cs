using System.Globalization;
using System.Text.RegularExpressions;

namespace Tidemark.Validation.Expectations;

/// <summary>The words and signs of a row condition, one at a time; an empty token is the end.</summary>
internal sealed partial class ConditionTokens
{
    private readonly string text;
    private int start;

    public ConditionTokens(string text)
    {
        this.text = text;
        Step(0);
    }

    public string Current { get; private set; } = "";

    public string Rest => text[Math.Min(start, text.Length)..];

    /// <summary>Steps over the current token when it is one of those.</summary>
    public bool Take(params ReadOnlySpan<string> wanted)
    {
        if (Current.Length == 0 || !wanted.Contains(Current))
            return false;
        Step(start + Current.Length);
        return true;
    }

    /// <summary>Steps over a quoted text, a number, True, False or None.</summary>
    public bool TakeLiteral(out object? value)
    {
        string token = Current;
        value = null;
        bool known = token switch
        {
            "True" or "true" => Set(true, ref value),
            "False" or "false" => Set(false, ref value),
            "None" or "null" => true,
            ['"' or '\'', ..] => Set(Unquoted(token), ref value),
            [(>= '0' and <= '9') or '-' or '.', ..] => Number(token, ref value),
            _ => false,
        };
        if (known)
            Step(start + token.Length);
        return known;
    }

    /// <summary>Steps over a column: a name, a name in backticks, or col("name").</summary>
    public string? TakeColumn()
    {
        string token = Current;
        if (token is "col" && text[(start + 3)..].TrimStart().StartsWith('('))
        {
            Step(start + 3);
            return Take("(") && TakeLiteral(out object? name) && Take(")") ? name as string : null;
        }

        if (token.Length == 0 || !(char.IsLetter(token[0]) || token[0] is '_' or '`'))
            return null;
        Step(start + token.Length);
        return token[0] == '`' ? token[1..^1] : token;
    }

    private static bool Set(object found, ref object? value)
    {
        value = found;
        return true;
    }

    private static bool Number(string token, ref object? value)
    {
        if (long.TryParse(token, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole))
            value = whole;
        else if (double.TryParse(token, NumberStyles.Float, CultureInfo.InvariantCulture, out double real))
            value = real;
        return value is not null;
    }

    private static string Unquoted(string token) => Escape().Replace(token[1..^1], "$1");

    private void Step(int position)
    {
        while (position < text.Length && char.IsWhiteSpace(text[position]))
            position++;
        start = position;
        Current = position < text.Length ? Token().Match(text, position).Value : "";
        if (Current.Length == 0 && position < text.Length)
            Current = text[position].ToString();
    }

    [GeneratedRegex("""\G("(\\.|[^"\\])*"|'(\\.|[^'\\])*'|`[^`]+`|-?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|\w+|[=!<>]=|.)""", RegexOptions.ExplicitCapture)]
    private static partial Regex Token();

    [GeneratedRegex(@"\\(.)")]
    private static partial Regex Escape();
}
