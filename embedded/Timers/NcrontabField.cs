using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Tidemark.Embedded;

/// <summary>One field of an <see cref="Ncrontab"/>: its name, its range, and how its text becomes a set of values (bit n = value n).</summary>
internal sealed record NcrontabField(string Name, int Min, int Max, string[] Words)
{
    /// <summary>The six fields in the order in which they are written.</summary>
    public static readonly NcrontabField[] All =
    [
        new("second", 0, 59, []),
        new("minute", 0, 59, []),
        new("hour", 0, 23, []),
        new("day", 1, 31, []),
        new("month", 1, 12, DateTimeFormatInfo.InvariantInfo.MonthNames[..12]),
        new("day of week", 0, 6, DateTimeFormatInfo.InvariantInfo.DayNames),
    ];

    public bool TryParse(string text, out ulong values, [NotNullWhen(false)] out string? error)
    {
        (values, error) = (0, null);
        foreach (string item in text.Split(','))
        {
            if (!TryParseItem(item, ref values))
            {
                string words = Words.Length == 0 ? "" : $" or {Words[0]} to {Words[^1]}";
                error = $"'{item}' is no {Name}; give {Min} to {Max}{words}, *, a range a-b, a step /n, or a list of these";
                return false;
            }
        }

        return true;
    }

    private bool TryParseItem(string item, ref ulong values)
    {
        int slash = item.IndexOf('/', StringComparison.Ordinal);
        int step = 1;
        if (slash >= 0 && !(TryNumber(item.AsSpan(slash + 1), out step) && step > 0)) return false;

        ReadOnlySpan<char> range = slash < 0 ? item : item.AsSpan(0, slash);
        if (!TryRange(range, open: slash >= 0, out int first, out int last)) return false;
        for (long value = first; value <= last; value += step) values |= 1UL << (int)value;
        return true;
    }

    /// <param name="open">A single value stands for the range from it to the end of the field, as in <c>5/10</c>.</param>
    private bool TryRange(ReadOnlySpan<char> range, bool open, out int first, out int last)
    {
        (first, last) = (Min, Max);
        if (range is "*") return true;

        int dash = range.IndexOf('-');
        if (dash < 0)
        {
            if (!TryValue(range, out first)) return false;
            last = open ? Max : first;
            return true;
        }

        if (!TryValue(range[..dash], out first) || !TryValue(range[(dash + 1)..], out last)) return false;
        if (first > last) (first, last) = (last, first);
        return true;
    }

    private bool TryValue(ReadOnlySpan<char> text, out int value)
    {
        if (TryNumber(text, out value)) return value >= Min && value <= Max;
        if (text.Length < 3) return false;
        for (int i = 0; i < Words.Length; i++)
        {
            value = i + Min;
            if (Words[i].AsSpan().StartsWith(text, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
