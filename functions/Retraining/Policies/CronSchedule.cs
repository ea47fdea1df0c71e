using System.Collections;
using System.Globalization;
using Tidemark.Platform.Errors;

namespace Tidemark.Retraining.Policies;

/// <summary>Five fields of cron, in UTC: minute, hour, day of the month, month, day of the week (0 and 7 are Sunday); <c>*</c>, lists, ranges and steps.</summary>
public sealed class CronSchedule
{
    private static readonly (string Name, int Least, int Most)[] Fields = [("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("day of the week", 0, 7)];

    private readonly BitArray[] sets;
    private readonly bool eitherDay;

    private CronSchedule(BitArray[] sets, bool eitherDay) => (this.sets, this.eitherDay) = (sets, eitherDay);

    public static Outcome<CronSchedule> Parse(string text)
    {
        string[] parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != Fields.Length) return Refused(text, $"it has {parts.Length} fields instead of five");
        var sets = new BitArray[Fields.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (Set(parts[i], Fields[i].Least, Fields[i].Most) is not { } set) return Refused(text, $"'{parts[i]}' is no {Fields[i].Name} ({Fields[i].Least} to {Fields[i].Most})");
            sets[i] = set;
        }

        sets[4][0] |= sets[4][7];
        // As in every cron: where both days are restricted, either of them is enough.
        return new CronSchedule(sets, !parts[2].StartsWith('*') && !parts[4].StartsWith('*'));
    }

    /// <summary>The last minute of the schedule that is not after <paramref name="now"/>; null when there is none since <paramref name="since"/>.</summary>
    public DateTimeOffset? Last(DateTimeOffset since, DateTimeOffset now)
    {
        var minute = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero);
        for (; minute > since; minute = minute.AddMinutes(-1))
        {
            if (Holds(minute)) return minute;
        }

        return null;
    }

    private bool Holds(DateTimeOffset at)
    {
        bool day = sets[2][at.Day], weekday = sets[4][(int)at.DayOfWeek];
        return sets[0][at.Minute] && sets[1][at.Hour] && sets[3][at.Month] && (eitherDay ? day || weekday : day && weekday);
    }

    private static BitArray? Set(string field, int least, int most)
    {
        var set = new BitArray(most + 1);
        foreach (string part in field.Split(','))
        {
            string[] stepped = part.Split('/');
            int step = 1;
            if (stepped.Length > 2 || (stepped.Length == 2 && (!Number(stepped[1], out step) || step < 1))) return null;
            string[] ends = stepped[0] == "*" ? [$"{least}", $"{most}"] : stepped[0].Split('-');
            if (ends.Length > 2 || !Number(ends[0], out int from) || !Number(ends[^1], out int to) || from < least || to > most || from > to) return null;
            if (ends.Length == 1 && stepped.Length == 2) to = most;
            for (int value = from; value <= to; value += step) set[value] = true;
        }

        return set;
    }

    private static bool Number(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static Failure Refused(string text, string why) => new(
        FailureKind.Malformed, "Not a schedule", $"'{text}' is no schedule: {why}. Write minute, hour, day, month and day of the week in UTC, such as \"0 3 * * 1\" for Mondays at three.");
}
