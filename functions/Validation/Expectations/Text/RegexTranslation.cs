using System.Buffers;
using System.Globalization;
using System.Text;

namespace Tidemark.Validation.Expectations;

/// <summary>
/// Writes a pattern of Python's <c>re</c> as one of .NET with the same meaning. Differences that are translated: named groups, <c>\Z</c>,
/// <c>{,n}</c>, <c>[</c> inside a class, <c>\U</c> escapes, the flag <c>u</c>. Refused, because .NET has no equal or Python none:
/// possessive repetition, the flags <c>a</c> and <c>L</c>, <c>\N{…}</c>, escapes of letters that Python does not know.
/// </summary>
internal ref struct RegexTranslation
{
    private static readonly SearchValues<char> CountSigns = SearchValues.Create("0123456789,"), FlagSigns = SearchValues.Create("imsxu-");

    private readonly ReadOnlySpan<char> pattern;
    private readonly StringBuilder written = new();
    private int at;
    private string? problem;

    private RegexTranslation(ReadOnlySpan<char> pattern) => this.pattern = pattern;

    public static (string? Pattern, string? Problem) FromPython(string pattern)
    {
        var translation = new RegexTranslation(pattern);
        while (translation.at < pattern.Length && translation.problem is null)
            translation.Step();
        return translation.problem is null ? (translation.written.ToString(), null) : (null, translation.problem);
    }

    private void Step()
    {
        char c = pattern[at];
        if (c == '\\')
            Escape(inClass: false);
        else if (c == '[')
            Class();
        else if (c == '(' && Follows("(?"))
            Group();
        else if (c is '*' or '+' or '?' or '}' && at + 1 < pattern.Length && pattern[at + 1] == '+' && Repeats(c))
            problem = $"possessive repetition '{c}+' at {at} is not supported; use an atomic group (?>…)";
        else if (c == '{' && Follows("{,") && pattern[at..].IndexOf('}') is var end and > 2)
            Take("{0" + pattern.Slice(at + 1, end).ToString(), end + 1);
        else
            Take(c.ToString(), 1);
    }

    /// <summary>Whether the sign repeats what stands before it, rather than being part of a plain "}".</summary>
    private readonly bool Repeats(char c) => c != '}' || pattern[..at].LastIndexOf('{') is >= 0 and var open && IsCount(pattern[(open + 1)..at]);

    private static bool IsCount(ReadOnlySpan<char> text) => text.Length > 0 && text.IndexOfAnyExcept(CountSigns) < 0;

    private void Group()
    {
        if (Follows("(?P<"))
            Take("(?<", 4);
        else if (Follows("(?P="))
            Reference();
        else if (Follows("(?P") || Follows("(?<") && !Follows("(?<=") && !Follows("(?<!"))
            problem = $"unknown extension {Near(3)} at {at}; Python names groups (?P<name>…)";
        else if (at + 2 < pattern.Length && (char.IsAsciiLetter(pattern[at + 2]) || pattern[at + 2] == '-'))
            Flags();
        else
            Take("(?", 2);
    }

    private void Reference()
    {
        int end = pattern[at..].IndexOf(')');
        if (end < 0)
            problem = $"missing ) after (?P= at {at}";
        else
            Take($"\\k<{pattern.Slice(at + 4, end - 4)}>", end + 1);
    }

    private void Flags()
    {
        int end = pattern[at..].IndexOfAny(')', ':');
        ReadOnlySpan<char> flags = end < 0 ? pattern[at..] : pattern.Slice(at + 2, end - 2);
        if (end < 0 || flags.IndexOfAnyExcept(FlagSigns) >= 0)
            problem = $"the flags '{flags}' at {at} are not all among i, m, s, x, u";
        else
            Take(flags.SequenceEqual("u") && pattern[at + end] == ')' ? "" : $"(?{flags.ToString().Replace("u", "", StringComparison.Ordinal)}{pattern[at + end]}", end + 1);
    }

    private void Class()
    {
        int open = at;
        Take("[", 1);
        if (at < pattern.Length && pattern[at] == '^')
            Take("^", 1);
        bool first = true;
        while (at < pattern.Length && problem is null && (first || pattern[at] != ']'))
        {
            if (pattern[at] == '\\')
                Escape(inClass: true);
            else
                Take(pattern[at] is '[' or ']' ? "\\" + pattern[at] : pattern[at].ToString(), 1);
            first = false;
        }

        if (problem is null && at >= pattern.Length)
            problem = $"unterminated character set at {open}";
        else if (problem is null)
            Take("]", 1);
    }

    private void Escape(bool inClass)
    {
        char c = at + 1 < pattern.Length ? pattern[at + 1] : '\0';
        if (c == '\0')
            problem = "bad escape (end of pattern)";
        else if (c == 'Z' && !inClass)
            Take("\\z", 2);
        else if (c == 'U')
            Wide(inClass);
        else if (char.IsAsciiLetter(c) && !(inClass ? "abdDfnrsStuvwWx" : "AabBdDfnrsStuvwWx").Contains(c, StringComparison.Ordinal))
            problem = $"bad escape \\{c} at {at}";
        else
            Take($"\\{c}", 2);
    }

    private void Wide(bool inClass)
    {
        bool read = int.TryParse(pattern.Slice(at + 2, Math.Min(8, pattern.Length - at - 2)), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code);
        if (!read || !Rune.IsValid(code) || (inClass && code > char.MaxValue))
            problem = $"the escape {Near(10)} at {at} is not a character that can stand there";
        else
            Take($"(?:{string.Concat(new Rune(code).ToString().Select(c => $"\\u{(int)c:x4}"))})", 10);
        if (inClass && problem is null)
            written.Replace("(?:", "", written.Length - 10, 10).Remove(written.Length - 1, 1);
    }

    private readonly bool Follows(string text) => pattern[at..].StartsWith(text, StringComparison.Ordinal);

    private readonly string Near(int length) => pattern.Slice(at, Math.Min(length, pattern.Length - at)).ToString();

    private void Take(string text, int consumed)
    {
        written.Append(text);
        at += consumed;
    }
}
