using System.Globalization;
using System.Text.RegularExpressions;

namespace Tidemark.Validation.Expectations;

/// <summary>Gathers what a text says of year, month and day, and works out which number is which.</summary>
internal sealed partial class DateParts
{
    private const int DefaultYear = 2000;
    private readonly List<(int Value, bool IsYear)> numbers = [];
    private int? month;

    /// <summary>The time of day of a compact form such as 20160102T030405.</summary>
    public TimeSpan? Time { get; private set; }

    public bool IsEmpty => numbers.Count == 0 && month is null;

    /// <summary>Whether every word and number has a meaning in a date.</summary>
    public bool Read(string text, bool hasTime)
    {
        foreach (Match token in Token().Matches(text))
        {
            bool known = char.IsAsciiDigit(token.Value[0]) ? ReadNumber(token.Value) : ReadWord(token.Value, hasTime);
            if (!known)
                return false;
        }

        return true;
    }

    /// <summary>The day, or null when there is none (31 February, two years).</summary>
    public DateTime? Resolve()
    {
        int place = numbers.FindIndex(number => number.IsYear || number.Value > 31);
        int? year = place < 0 ? null : Full(numbers[place]);
        List<int> rest = numbers.Where((_, i) => i != place).Select(number => number.Value).ToList();
        int? day = null;
        if (month is null && place == 0 && rest.Count > 0)
            (month, day) = (rest[0], rest.Count > 1 ? rest[1] : null);
        else if (month is null && rest.Count > 1)
            (month, day, year) = MonthFirst(rest, year);
        else if (month is null && rest.Count == 1)
            (month, day) = year is null ? (month, (int?)rest[0]) : ((int?)rest[0], day);
        else
            (day, year) = DayOf(rest, year);
        return Build(year ?? DefaultYear, month ?? 1, day ?? 1);
    }

    private static (int Month, int Day, int? Year) MonthFirst(List<int> rest, int? year)
    {
        (int first, int second) = rest[0] <= 12 ? (rest[0], rest[1]) : (rest[1], rest[0]);
        return (first, second, rest.Count > 2 ? year is null ? Full((rest[2], false)) : -1 : year);
    }

    private static (int? Day, int? Year) DayOf(List<int> rest, int? year) => rest.Count switch
    {
        0 => (null, year),
        1 => (rest[0], year),
        _ => (rest[0], year is null ? Full((rest[1], false)) : -1),
    };

    private static DateTime? Build(int year, int month, int day)
    {
        bool exists = year is >= 1 and <= 9999 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month);
        return exists ? new DateTime(year, month, day) : null;
    }

    /// <summary>Two digits are of the years 1977 to 2076, the fifty on each side of 2026.</summary>
    private static int Full((int Value, bool IsYear) number) =>
        number.IsYear || number.Value > 99 ? number.Value : number.Value + (number.Value > 76 ? 1900 : 2000);

    private bool ReadNumber(string digits)
    {
        if (digits.Length is 14 or 12 && char.IsAsciiDigit(digits[^1]))
            return ReadNumber(digits[..8]) && ReadCompactTime(digits[8..]);
        if (digits.Length == 8)
            return Add(digits[..4], true) && Add(digits[4..6]) && Add(digits[6..8]);
        if (digits.Length == 6 && numbers.Count >= 3)
            return ReadCompactTime(digits);
        if (digits.Length == 6)
            return Add(Full((int.Parse(digits.AsSpan(0, 2), CultureInfo.InvariantCulture), false)).ToString(CultureInfo.InvariantCulture), true) && Add(digits[2..4]) && Add(digits[4..6]);
        return digits.Length <= 4 && numbers.Count < 3 && Add(digits, digits.Length > 2);
    }

    private bool Add(string digits, bool isYear = false)
    {
        numbers.Add((int.Parse(digits, CultureInfo.InvariantCulture), isYear));
        return true;
    }

    private bool ReadCompactTime(string digits)
    {
        bool read = TimeSpan.TryParseExact(digits, ["hhmm", "hhmmss"], CultureInfo.InvariantCulture, out TimeSpan time);
        Time = read ? time : null;
        return read;
    }

    private bool ReadWord(string word, bool hasTime)
    {
        if (DateWords.Month(word) is { } named)
        {
            bool first = month is null;
            month = named;
            return first;
        }

        return DateWords.IsWeekday(word)
            || word.ToLower(CultureInfo.InvariantCulture) is "st" or "nd" or "rd" or "th" or "of" or "and" or "at" or "on" or "t"
            || (hasTime && word.ToLower(CultureInfo.InvariantCulture) is "z" or "utc" or "gmt");
    }

    [GeneratedRegex(@"\d+|\p{L}+|[^\s\d\p{L},/.\-]")]
    private static partial Regex Token();
}
