using Microsoft.Extensions.Configuration;
using Tidemark.Embedded;
using Xunit;
using static Tidemark.Tests.Embedded.Timers.NcrontabTests;

namespace Tidemark.Tests.Embedded.Timers;

public sealed class TimerScheduleTests
{
    private static readonly IConfiguration Settings = new ConfigurationBuilder()
        .AddInMemoryCollection([new("Drift:Schedule", "0 0 3 * * *"), new("Interval", "00:00:10"), new("Hour", "4")])
        .Build();

    [Theory]
    [InlineData("0 0 3 * * *", "2026-11-21 03:00:00")]
    [InlineData("%Drift:Schedule%", "2026-11-21 03:00:00")]
    [InlineData("%Drift__Schedule%", "2026-11-21 03:00:00")]
    [InlineData("0 0 %Hour% * * *", "2026-11-21 04:00:00")]
    [InlineData("00:10:00", "2026-11-20 12:10:00.25")]
    [InlineData("%Interval%", "2026-11-20 12:00:10.25")]
    public void Reads_crontab_interval_and_setting_forms(string text, string next) =>
        Assert.Equal(Utc(next), TimerSchedule.Parse(text, Settings).Next(Utc("2026-11-20 12:00:00.25")));

    [Theory]
    [InlineData("every day", "The timer schedule 'every day' is neither an interval (hh:mm:ss) nor NCRONTAB: it has 2 fields")]
    [InlineData("00:00:00", "The timer schedule '00:00:00' is not a positive interval")]
    [InlineData("-00:01:00", "The timer schedule '-00:01:00' is not a positive interval")]
    [InlineData("%Absent%", "'%Absent%' names the setting 'Absent', which is not set")]
    public void Refuses_what_is_no_schedule(string text, string error) =>
        Assert.StartsWith(error, Assert.Throws<FormatException>(() => TimerSchedule.Parse(text, Settings)).Message);

    [Theory]
    [InlineData("*/30 * * * * *", true)]
    [InlineData("0,59 0 0 1 1 *", true)]
    [InlineData("00:00:59", true)]
    [InlineData("0 * * * * *", false)]
    [InlineData("00:01:00", false)]
    [InlineData("0 0 0 * * *", false)]
    public void Only_schedules_of_a_minute_or_more_are_monitored(string text, bool tooOften) =>
        Assert.Equal(tooOften, TimerSchedule.Parse(text, Settings).IsMoreOftenThanOnceAMinute(Utc("2026-11-20 12:00:00.25")));
}
