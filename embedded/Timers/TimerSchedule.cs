using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Tidemark.Embedded;

/// <summary>When a timer function runs: an NCRONTAB expression, or a constant interval counted from the run before.</summary>
internal sealed class TimerSchedule
{
    private readonly Ncrontab? crontab;
    private readonly TimeSpan interval;

    private TimerSchedule(Ncrontab? crontab, TimeSpan interval) => (this.crontab, this.interval) = (crontab, interval);

    /// <param name="text">NCRONTAB of 5 or 6 fields, TimeSpan text such as <c>00:05:00</c>, or <c>%Setting%</c> that holds either.</param>
    /// <exception cref="FormatException">Names the text, what is wrong with it and the remedy.</exception>
    public static TimerSchedule Parse(string text, IConfiguration settings)
    {
        string expression = SettingNames.Resolve(text, settings);
        if (TimeSpan.TryParse(expression, CultureInfo.InvariantCulture, out TimeSpan interval))
        {
            return interval > TimeSpan.Zero
                ? new(null, interval)
                : throw new FormatException($"The timer schedule '{expression}' is not a positive interval; give e.g. 00:05:00.");
        }

        return Ncrontab.TryParse(expression, out Ncrontab? crontab, out string? error)
            ? new(crontab, default)
            : throw new FormatException($"The timer schedule '{expression}' is neither an interval (hh:mm:ss) nor NCRONTAB: {error}.");
    }

    /// <summary>The first occurrence after <paramref name="after"/>, in UTC; the end of the calendar when none is left.</summary>
    public DateTimeOffset Next(DateTimeOffset after) =>
        crontab is null ? after.ToUniversalTime() + interval : crontab.Next(after) ?? DateTimeOffset.MaxValue;

    /// <summary>True when two of the next ten occurrences lie less than a minute apart; such a schedule is not monitored.</summary>
    public bool IsMoreOftenThanOnceAMinute(DateTimeOffset now)
    {
        for (int i = 0; i < 10; i++)
        {
            DateTimeOffset next = Next(now);
            if (i > 0 && next - now < TimeSpan.FromMinutes(1)) return true;
            now = next;
        }

        return false;
    }
}
