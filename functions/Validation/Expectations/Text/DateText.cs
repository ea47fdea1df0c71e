using System.Globalization;
using System.Text.RegularExpressions;

namespace Tidemark.Validation.Expectations;

/// <summary>
/// Dates in the forms people write, as python-dateutil reads them: ISO 8601, <c>20160102</c>, <c>Jan 01 1970 12:00:01</c>, <c>1/2/2016</c>
/// (month first unless it can't be), <c>2 January 2016, 3:04 pm +0530</c>. With an offset the result is a <see cref="DateTimeOffset"/>, else
/// a <see cref="DateTime"/>. A part not given is that of 1 January 2000 (dateutil: of today), so that a verdict is the same every day.
/// </summary>
internal static partial class DateText
{
    private const int Longest = 100;

    /// <summary>The date, or null when the text is none.</summary>
    public static object? Parse(string text)
    {
        if (text.Length > Longest || string.IsNullOrWhiteSpace(text))
            return null;
        string rest = text;
        TimeSpan? offset = null;
        TimeSpan? time = TakeTime(ref rest, ref offset);
        if (time < TimeSpan.Zero)
            return null;
        var date = new DateParts();
        bool read = date.Read(rest, hasTime: time is not null);
        if (!read || (date.IsEmpty && time is null) || date.Resolve() is not { } day)
            return null;
        DateTime moment = day + (date.Time ?? time ?? TimeSpan.Zero);
        return offset is null ? (object)moment : InRange(moment, offset.Value);
    }

    private static DateTimeOffset? InRange(DateTime moment, TimeSpan offset)
    {
        bool fits = moment.Ticks - offset.Ticks >= DateTime.MinValue.Ticks && moment.Ticks - offset.Ticks <= DateTime.MaxValue.Ticks;
        return fits ? new DateTimeOffset(moment, offset) : null;
    }

    /// <summary>Cuts the time of day and the offset out of the text; negative when it is no time (25:00).</summary>
    private static TimeSpan? TakeTime(ref string text, ref TimeSpan? offset)
    {
        Match match = Clock().Match(text);
        if (!match.Success)
            return null;
        text = text.Remove(match.Index, match.Length).Insert(match.Index, " ");
        int hour = Number(match, "h"), minute = Number(match, "m"), second = Number(match, "s");
        string half = match.Groups["half"].Value;
        if (half.Length > 0)
            hour = hour is < 1 or > 12 ? 99 : (hour % 12) + (half[0] is 'p' or 'P' ? 12 : 0);
        if (match.Groups["zone"].Success && !TryOffset(match.Groups["zone"].Value, out offset))
            return TimeSpan.MinValue;
        if (hour > 23 || minute > 59 || second > 59)
            return TimeSpan.MinValue;
        string fraction = match.Groups["f"].Value.PadRight(7, '0')[..7];
        return new TimeSpan(hour, minute, second) + TimeSpan.FromTicks(long.Parse(fraction, CultureInfo.InvariantCulture) / 10 * 10);
    }

    private static bool TryOffset(string zone, out TimeSpan? offset)
    {
        offset = TimeSpan.Zero;
        if (zone[0] is not ('+' or '-'))
            return true;
        string digits = zone[1..].Replace(":", "", StringComparison.Ordinal);
        int hours = int.Parse(digits.AsSpan(0, 2), CultureInfo.InvariantCulture);
        int minutes = digits.Length == 4 ? int.Parse(digits.AsSpan(2), CultureInfo.InvariantCulture) : 0;
        offset = new TimeSpan(hours, minutes, 0) * (zone[0] == '-' ? -1 : 1);
        return hours <= 14 && minutes < 60 && offset.Value.Duration() <= TimeSpan.FromHours(14);
    }

    private static int Number(Match match, string group) =>
        match.Groups[group].Success ? int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex("""
        (?<![\d:])(?<h>\d{1,2})
        (?: :(?<m>\d{2}) (?: :(?<s>\d{2}) (?:[.,](?<f>\d{1,9}))? )? \s* (?<half>[ap]\.?m\b\.?)?
          | \s* (?<half>[ap]\.?m\b\.?) )
        (?: \s* (?<zone>[+-]\d{2}:?\d{2} | [+-]\d{2}(?!\d) | Z\b | UTC\b | GMT\b) )?
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Clock();
}
