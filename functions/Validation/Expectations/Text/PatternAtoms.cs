namespace Tidemark.Validation.Expectations;

/// <summary>One place of a pattern: which ASCII characters may stand there, and whether it may be passed over or stand again.</summary>
internal readonly record struct PatternAtom(UInt128 Set, bool Optional, bool Repeats);

/// <summary>
/// Reads a .NET pattern that is a plain sequence of characters, classes and repetitions, as most patterns of suites are: no groups, alternatives or
/// look-around. Anything else is left to the engine of .NET.
/// </summary>
internal ref struct PatternAtoms
{
    /// <summary>Most places after repetitions are written out.</summary>
    private const int Most = 62;

    private readonly List<PatternAtom> atoms = [];
    private ReadOnlySpan<char> rest;

    private PatternAtoms(ReadOnlySpan<char> pattern) => rest = pattern;

    /// <summary>The places, and whether the pattern is bound to the beginning and the end; null when it is not so plain.</summary>
    public static (IReadOnlyList<PatternAtom> Atoms, bool FromStart, bool ToEnd)? Of(string pattern)
    {
        bool fromStart = pattern.StartsWith('^'), toEnd = pattern.EndsWith('$') && !pattern.EndsWith("\\$", StringComparison.Ordinal);
        if (pattern.Length < (fromStart ? 1 : 0) + (toEnd ? 1 : 0))
            return null;
        var reader = new PatternAtoms(pattern.AsSpan((fromStart ? 1 : 0)..^(toEnd ? 1 : 0)));
        while (!reader.rest.IsEmpty)
        {
            if (reader.Set() is not { } set || !reader.Repeat(set) || reader.atoms.Count > Most)
                return null;
        }

        return (reader.atoms, fromStart, toEnd);
    }

    private static UInt128 One(char c) => UInt128.One << c;

    private static UInt128 Range(char first, char last)
    {
        UInt128 set = 0;
        for (char c = first; c <= last; c++)
            set |= One(c);
        return set;
    }

    private UInt128? Set()
    {
        char c = rest[0];
        if (c is '(' or ')' or '|' or '^' or '$' or '*' or '+' or '?' or '{' or '}' or ']' || !char.IsAscii(c))
            return null;
        if (c == '[')
            return Class();
        if (c == '\\')
            return Escape();
        rest = rest[1..];
        return c == '.' ? ~One('\n') : One(c);
    }

    private UInt128? Escape()
    {
        if (rest.Length < 2)
            return null;
        char c = rest[1];
        UInt128? set = c switch
        {
            'd' => Range('0', '9'),
            'D' => ~Range('0', '9'),
            'w' => Words,
            'W' => ~Words,
            's' => Range('\t', '\r') | One(' '),
            'S' => ~(Range('\t', '\r') | One(' ')),
            'n' => One('\n'),
            'r' => One('\r'),
            't' => One('\t'),
            _ => char.IsAscii(c) && (char.IsPunctuation(c) || char.IsSymbol(c)) ? One(c) : null,
        };
        rest = rest[2..];
        return set;
    }

    private static UInt128 Words => Range('a', 'z') | Range('A', 'Z') | Range('0', '9') | One('_');

    private UInt128? Class()
    {
        rest = rest[1..];
        bool negated = rest.StartsWith("^");
        rest = negated ? rest[1..] : rest;
        UInt128 set = 0;
        for (bool first = true; !rest.IsEmpty && (first || rest[0] != ']'); first = false)
        {
            if (Member() is not { } member)
                return null;
            set |= member;
        }

        if (rest.IsEmpty)
            return null;
        rest = rest[1..];
        return negated ? ~set : set;
    }

    /// <summary>A character, an escape or a range of a class.</summary>
    private UInt128? Member()
    {
        char first = rest[0];
        if (first == '\\')
            return rest.Length > 2 && rest[2] == '-' ? null : Escape();
        if (first is '[' or ']' || !char.IsAscii(first))
            return null;
        if (rest.Length < 3 || rest[1] != '-' || rest[2] == ']')
        {
            rest = rest[1..];
            return One(first);
        }

        char last = rest[2];
        if (last is '\\' or '[' || !char.IsAscii(last) || last < first)
            return null;
        rest = rest[3..];
        return Range(first, last);
    }

    /// <summary>Writes out the repetition that follows; false when it is none that is known here.</summary>
    private bool Repeat(UInt128 set)
    {
        (int least, int most) = (1, 1);
        if (!rest.IsEmpty && rest[0] is '*' or '+' or '?')
        {
            (least, most) = rest[0] switch { '*' => (0, int.MaxValue), '+' => (1, int.MaxValue), _ => (0, 1) };
            rest = rest[1..];
        }
        else if (rest.StartsWith("{") && !Count(out least, out most))
        {
            return false;
        }

        if (!rest.IsEmpty && rest[0] is '*' or '+' or '?' or '{' || least > Most || (most != int.MaxValue && most > Most))
            return false;
        for (int i = 0; i < least; i++)
            atoms.Add(new PatternAtom(set, Optional: false, Repeats: false));
        if (most == int.MaxValue)
            atoms.Add(new PatternAtom(set, Optional: true, Repeats: true));
        for (int i = least; i < most && most != int.MaxValue; i++)
            atoms.Add(new PatternAtom(set, Optional: true, Repeats: false));
        return true;
    }

    private bool Count(out int least, out int most)
    {
        (least, most) = (0, 0);
        int end = rest.IndexOf('}'), comma = end < 0 ? -1 : rest[..end].IndexOf(',');
        if (end < 2 || !int.TryParse(rest[1..(comma < 0 ? end : comma)], System.Globalization.NumberStyles.None, null, out least))
            return false;
        most = comma < 0 ? least : int.MaxValue;
        if (comma >= 0 && comma + 1 < end && !int.TryParse(rest[(comma + 1)..end], System.Globalization.NumberStyles.None, null, out most))
            return false;
        rest = rest[(end + 1)..];
        return least <= most;
    }
}
