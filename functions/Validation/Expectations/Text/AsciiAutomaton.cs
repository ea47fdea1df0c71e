namespace Tidemark.Validation.Expectations;

/// <summary>
/// A deterministic automaton over bytes for a plain pattern (subset construction, Rabin and Scott 1959): one look-up a byte, no memory. It decides
/// about ASCII only; a text with other characters before the answer is clear goes to the engine of .NET.
/// </summary>
internal sealed class AsciiAutomaton
{
    private const int Foreign = 0, Dead = 1, Found = 2, First = 3, MostStates = 256;

    private readonly List<ulong> sets = [0, 0, 0];
    private readonly Dictionary<ulong, int> numbers = [];
    private readonly IReadOnlyList<PatternAtom> atoms;
    private readonly bool fromStart, toEnd;
    private byte[] next = [];
    private bool[] accepts = [];

    private AsciiAutomaton(IReadOnlyList<PatternAtom> atoms, bool fromStart, bool toEnd) => (this.atoms, this.fromStart, this.toEnd) = (atoms, fromStart, toEnd);

    /// <summary>The automaton, or null when the pattern is not plain or needs too many states.</summary>
    public static AsciiAutomaton? Of(string pattern)
    {
        if (PatternAtoms.Of(pattern) is not { } plain)
            return null;
        var automaton = new AsciiAutomaton(plain.Atoms, plain.FromStart, plain.ToEnd);
        return automaton.Build() ? automaton : null;
    }

    /// <summary>Whether the pattern is found in the text; null when characters beyond ASCII leave it open.</summary>
    public bool? Finds(ReadOnlySpan<byte> utf8)
    {
        int state = First, before = First, at = 0;
        while (at < utf8.Length && state >= First)
        {
            before = state;
            state = next[(state << 8) | utf8[at++]];
        }

        if (state == Foreign)
            return null;
        // As in .NET and Python, $ also stands before a line end that ends the text.
        bool beforeLineEnd = toEnd && at == utf8.Length && at > 0 && utf8[at - 1] == '\n' && accepts[before];
        return accepts[state] || beforeLineEnd;
    }

    private bool Build()
    {
        var table = new List<byte[]> { new byte[256], new byte[256], new byte[256] };
        ulong start = Closed(1);
        if (Number(start) == Found)
            return false; // matches whatever the text: not worth a table
        for (int state = First; state < sets.Count; state++)
        {
            var row = new byte[256];
            for (int c = 0; c < 128; c++)
            {
                int to = Number(Step(sets[state], (char)c));
                if (sets.Count > MostStates)
                    return false;
                row[c] = (byte)to;
            }

            table.Add(row);
        }

        next = table.SelectMany(row => row).ToArray();
        accepts = sets.Select((set, state) => state == Found || (state >= First && Accepts(set))).ToArray();
        return true;
    }

    private bool Accepts(ulong set) => (set >> atoms.Count & 1) != 0;

    private int Number(ulong set)
    {
        if (set == 0)
            return Dead;
        if (!toEnd && Accepts(set))
            return Found;
        if (numbers.TryGetValue(set, out int known))
            return known;
        sets.Add(set);
        return numbers[set] = sets.Count - 1;
    }

    /// <summary>Places that may come next after the character; bit <c>i</c> is place <c>i</c>, the last bit the end.</summary>
    private ulong Step(ulong set, char c)
    {
        ulong to = fromStart ? 0UL : 1UL;
        for (int i = 0; i < atoms.Count; i++)
        {
            if ((set >> i & 1) != 0 && (atoms[i].Set >> c & 1) != 0)
                to |= (2UL << i) | (atoms[i].Repeats ? 1UL << i : 0);
        }

        return Closed(to);
    }

    private ulong Closed(ulong set)
    {
        for (int i = 0; i < atoms.Count; i++)
        {
            if ((set >> i & 1) != 0 && atoms[i].Optional)
                set |= 2UL << i;
        }

        return set;
    }
}
