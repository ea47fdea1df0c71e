using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Tidemark.Embedded;

/// <summary>
/// An NCRONTAB schedule in UTC: <c>{second} {minute} {hour} {day} {month} {day of week}</c>, or the last five fields with second 0.
/// A field is <c>*</c>, a value, a range <c>a-b</c>, each optionally with a step <c>/n</c> (<c>a/n</c> runs to the field's end), or a list
/// of these. Months and days of the week also go by English names (<c>Jan</c>, <c>Sunday</c>); Sunday is 0. A day must satisfy both the day
/// and the day-of-week field.
/// </summary>
internal sealed class Ncrontab
{
    // The Gregorian calendar repeats every 400 years, so a date not found by then never comes.
    private const int CycleYears = 400;

    private readonly string text;
    private readonly ulong seconds;
    private readonly ulong minutes;
    private readonly ulong hours;
    private readonly ulong days;
    private readonly ulong months;
    private readonly ulong weekdays;

    private Ncrontab(string text, ReadOnlySpan<ulong> fields)
    {
        this.text = text;
        (seconds, minutes, hours) = (fields[0], fields[1], fields[2]);
        (days, months, weekdays) = (fields[3], fields[4], fields[5]);
    }

    /// <param name="error">What is wrong with which field, and what would be right; null on success.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out Ncrontab? schedule, [NotNullWhen(false)] out string? error)
    {
        schedule = null;
        string[] fields = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length is not (5 or 6))
        {
            error = $"it has {fields.Length} fields; give 6 (second minute hour day month weekday) or 5 (without the second)";
            return false;
        }

        if (fields.Length == 5) fields = ["0", .. fields];
        Span<ulong> bits = stackalloc ulong[6];
        for (int i = 0; i < 6; i++)
        {
            if (!NcrontabField.All[i].TryParse(fields[i], out bits[i], out error)) return false;
        }

        schedule = new(text, bits);
        error = schedule.Next(DateTimeOffset.UnixEpoch) is null ? "no calendar has such a day, so it would never fire" : null;
        return error is null;
    }

    /// <summary>The first occurrence after (never at) <paramref name="after"/>; null when the calendar ends before it.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        long nextSecond = (after.UtcTicks / TimeSpan.TicksPerSecond) + 1;
        if (nextSecond > DateTime.MaxValue.Ticks / TimeSpan.TicksPerSecond) return null;
        DateTime from = new(nextSecond * TimeSpan.TicksPerSecond, DateTimeKind.Utc);

        if (Contains(months, from.Month) && IsDay(from) && TimeOfDay(from.TimeOfDay) is { } today) return new(from.Date + today, TimeSpan.Zero);
        return NextDay(from.Date) is { } day ? new(day + First, TimeSpan.Zero) : null;
    }

    public override string ToString() => text;

    private TimeSpan First => new(Lowest(hours), Lowest(minutes), Lowest(seconds));

    private DateTime? NextDay(DateTime today)
    {
        DateTime last = today.Year + CycleYears > DateTime.MaxValue.Year ? DateTime.MaxValue.Date : today.AddYears(CycleYears);
        for (DateTime day = today; day < last;)
        {
            day = day.AddDays(1);
            if (!Contains(months, day.Month)) day = day.AddDays(DateTime.DaysInMonth(day.Year, day.Month) - day.Day);
            else if (IsDay(day)) return day;
        }

        return null;
    }

    /// <summary>The first time of day at or after <paramref name="from"/>, or null when today has no more.</summary>
    private TimeSpan? TimeOfDay(TimeSpan from)
    {
        int hour = AtOrAfter(hours, from.Hours);
        if (hour < 0) return null;
        if (hour > from.Hours) return new(hour, Lowest(minutes), Lowest(seconds));

        int minute = AtOrAfter(minutes, from.Minutes);
        if (minute == from.Minutes)
        {
            int second = AtOrAfter(seconds, from.Seconds);
            if (second >= 0) return new(hour, minute, second);
            minute = AtOrAfter(minutes, minute + 1);
        }

        if (minute >= 0) return new(hour, minute, Lowest(seconds));
        hour = AtOrAfter(hours, hour + 1);
        return hour < 0 ? null : new(hour, Lowest(minutes), Lowest(seconds));
    }

    private bool IsDay(DateTime day) => Contains(days, day.Day) && Contains(weekdays, (int)day.DayOfWeek);

    private static bool Contains(ulong field, int value) => (field >> value & 1) != 0;

    private static int Lowest(ulong field) => BitOperations.TrailingZeroCount(field);

    private static int AtOrAfter(ulong field, int value)
    {
        ulong rest = value > 63 ? 0 : field >> value << value;
        return rest == 0 ? -1 : Lowest(rest);
    }
}
