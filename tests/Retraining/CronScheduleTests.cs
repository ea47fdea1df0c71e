using System.Globalization;
using Tidemark.Retraining.Policies;
using Xunit;

namespace Tidemark.Tests.Retraining;

public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("0 3 * * 1", "2026-11-21T12:00Z", "2026-11-16T03:00Z")] // 2026-11-21 is a Saturday
    [InlineData("0 3 * * 1", "2026-11-16T03:00Z", "2026-11-16T03:00Z")]
    [InlineData("*/15 * * * *", "2026-11-21T12:44:59Z", "2026-11-21T12:30Z")]
    [InlineData("0 0 1 * *", "2026-11-21T12:00Z", "2026-11-01T00:00Z")]
    [InlineData("30 6,18 * * 1-5", "2026-11-21T12:00Z", "2026-11-20T18:30Z")]
    [InlineData("0 0 * * 7", "2026-11-21T12:00Z", "2026-11-15T00:00Z")]
    [InlineData("0 0 13 * 5", "2026-11-21T12:00Z", "2026-11-20T00:00Z")] // the 13th or a Friday
    [InlineData("0 0 31 2 *", "2026-11-21T12:00Z", null)]
    public void The_last_slot_is_found(string cron, string now, string? slot) =>
        Assert.Equal(slot is null ? null : At(slot), CronSchedule.Parse(cron).Value!.Last(At(now).AddDays(-30), At(now)));

    [Fact]
    public void A_slot_that_was_seen_is_none() => Assert.Null(CronSchedule.Parse("0 * * * *").Value!.Last(At("2026-11-21T12:00Z"), At("2026-11-21T12:59Z")));

    [Theory]
    [InlineData("* * * *")]
    [InlineData("60 * * * *")]
    [InlineData("0 0 0 * *")]
    [InlineData("5-1 * * * *")]
    [InlineData("*/0 * * * *")]
    [InlineData("a * * * *")]
    public void What_is_no_schedule_is_refused_with_an_example(string cron) => Assert.Contains("0 3 * * 1", CronSchedule.Parse(cron).Failure!.Detail, StringComparison.Ordinal);

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
