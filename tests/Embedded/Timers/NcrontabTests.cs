using Tidemark.Embedded;
using Xunit;

namespace Tidemark.Tests.Embedded.Timers;

public sealed class NcrontabTests
{
    [Theory]
    [InlineData("0 */5 * * * *", "2026-11-20 12:02:03", "2026-11-20 12:05:00")]
    [InlineData("*/5 * * * *", "2026-11-20 12:02:03", "2026-11-20 12:05:00")]
    [InlineData("0 0 * * * *", "2026-11-20 12:00:00", "2026-11-20 13:00:00")]
    [InlineData("0 0 0 * * *", "2026-12-31 23:59:59.9999999", "2027-01-01 00:00:00")]
    [InlineData("30 59 23 31 * *", "2026-04-01", "2026-05-31 23:59:30")]
    [InlineData("0 0 0 29 2 *", "2026-11-20", "2028-02-29")]
    [InlineData("0 0 0 29 Feb *", "2096-03-01", "2104-02-29")]
    [InlineData("0 0 0 29 2 Sun", "2080-01-01", "2088-02-29")]
    [InlineData("0 0 9 * * Mon-Fri", "2026-11-20 09:00:00", "2026-11-23 09:00:00")]
    [InlineData("0 0 9 * * friday,Sunday", "2026-11-20 09:00:00", "2026-11-22 09:00:00")]
    [InlineData("0 0 0 13 * 5", "2026-11-20", "2027-08-13")]
    [InlineData("0 0 0 1 january *", "2026-11-20", "2027-01-01")]
    [InlineData("5/20 10-20/5 8,18 * * *", "2026-11-20 08:10:25", "2026-11-20 08:10:45")]
    [InlineData("5/20 10-20/5 8,18 * * *", "2026-11-20 08:10:45", "2026-11-20 08:15:05")]
    [InlineData("5/20 10-20/5 8,18 * * *", "2026-11-20 08:20:45", "2026-11-20 18:10:05")]
    [InlineData("0 0 20-8/6 * * *", "2026-11-20 10:00:00", "2026-11-20 14:00:00")]
    [InlineData("0 0 12 */2147483647 * *", "2026-11-20", "2026-12-01 12:00:00")]
    public void Finds_the_next_occurrence(string expression, string after, string next) =>
        Assert.Equal(Utc(next), Parse(expression).Next(Utc(after)));

    [Theory]
    [InlineData("", "it has 0 fields")]
    [InlineData("* * * *", "it has 4 fields")]
    [InlineData("* * * * * * *", "it has 7 fields")]
    [InlineData("60 * * * * *", "'60' is no second; give 0 to 59")]
    [InlineData("0 0 24 * * *", "'24' is no hour; give 0 to 23")]
    [InlineData("0 0 0 0 * *", "'0' is no day; give 1 to 31")]
    [InlineData("0 0 0 * 13 *", "'13' is no month; give 1 to 12 or January to December")]
    [InlineData("0 0 0 * * 7", "'7' is no day of week; give 0 to 6 or Sunday to Saturday")]
    [InlineData("0 */0 * * * *", "'*/0' is no minute")]
    [InlineData("0 1,,2 * * * *", "'' is no minute")]
    [InlineData("0 -1 * * * *", "'-1' is no minute")]
    [InlineData("0 1-2-3 * * * *", "'1-2-3' is no minute")]
    [InlineData("0 1/2/3 * * * *", "'1/2/3' is no minute")]
    [InlineData("0 0 0 L * *", "'L' is no day")]
    [InlineData("0 0 0 ? * *", "'?' is no day")]
    [InlineData("0 0 0 * Ju *", "'Ju' is no month")]
    [InlineData("0 0 0 30 2 *", "no calendar has such a day, so it would never fire")]
    public void Refuses_with_the_field_the_value_and_the_remedy(string expression, string error)
    {
        Assert.False(Ncrontab.TryParse(expression, out _, out string? refused));
        Assert.StartsWith(error, refused);
    }

    [Fact]
    public void Ends_with_the_calendar() => Assert.Null(Parse("0 0 0 29 2 *").Next(Utc("9996-03-01")));

    [Fact]
    public void Steps_through_every_occurrence_of_a_leap_year_without_a_gap_or_a_repeat()
    {
        Ncrontab schedule = Parse("0 0 */6 * * *");
        DateTimeOffset at = Utc("2027-12-31 23:00:00");
        for (int i = 0; i < 366 * 4; i++)
        {
            DateTimeOffset next = schedule.Next(at)!.Value;
            Assert.Equal(Utc("2028-01-01").AddHours(6 * i), next);
            at = next;
        }
    }

    /// <summary>2,000 random expressions against the naive reading: look at every second until all six fields agree.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Agrees_with_brute_force_on_random_expressions(int seed)
    {
        Random random = new(seed);
        for (int i = 0; i < 500; i++)
        {
            RandomSchedule oracle = new(random);
            DateTimeOffset after = Utc("2023-12-25").AddSeconds(random.Next(5 * 366 * 86400)).AddTicks(random.Next(2) * random.Next(10_000_000));
            Assert.True(oracle.Next(after) == Parse(oracle.Text).Next(after), $"'{oracle.Text}' after {after:O}");
        }
    }

    internal static DateTimeOffset Utc(string text) =>
        DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal);

    private static Ncrontab Parse(string expression) =>
        Ncrontab.TryParse(expression, out Ncrontab? schedule, out string? error) ? schedule : throw new FormatException(error);

    /// <summary>An expression written down together with the sets of values that it means; built, not parsed.</summary>
    private sealed class RandomSchedule
    {
        private static readonly (int Min, int Max)[] Ranges = [(0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 6)];
        private readonly HashSet<int>[] allowed;

        public RandomSchedule(Random random)
        {
            do
            {
                var fields = Ranges.Select(range => Field(random, range.Min, range.Max)).ToArray();
                if (random.Next(4) == 0) fields[0] = ("", [0]);
                Text = string.Join(' ', fields.Select(field => field.Text)).Trim();
                allowed = [.. fields.Select(field => field.Values)];
            }
            while (!Days(new(2024, 1, 1)).Take(28 * 366).Any(IsDay));
        }

        public string Text { get; }

        public DateTimeOffset Next(DateTimeOffset after)
        {
            foreach (DateTime day in Days(after.UtcDateTime.Date).Where(IsDay))
            {
                for (int second = 0; second < 86400; second++)
                {
                    TimeSpan time = TimeSpan.FromSeconds(second);
                    if (allowed[0].Contains(time.Seconds) && allowed[1].Contains(time.Minutes) && allowed[2].Contains(time.Hours)
                        && new DateTimeOffset(day + time, TimeSpan.Zero) is var found && found > after)
                        return found;
                }
            }

            throw new InvalidOperationException("The calendar never ends.");
        }

        private bool IsDay(DateTime day) => allowed[3].Contains(day.Day) && allowed[4].Contains(day.Month) && allowed[5].Contains((int)day.DayOfWeek);

        private static IEnumerable<DateTime> Days(DateTime from)
        {
            for (DateTime day = from; ; day = day.AddDays(1)) yield return day;
        }

        private static (string Text, HashSet<int> Values) Field(Random random, int min, int max)
        {
            if (random.Next(3) == 0) return ("*", [.. Enumerable.Range(min, max - min + 1)]);
            var items = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Item(random, min, max)).ToArray();
            return (string.Join(',', items.Select(item => item.Text)), [.. items.SelectMany(item => item.Values)]);
        }

        private static (string Text, IEnumerable<int> Values) Item(Random random, int min, int max)
        {
            int a = random.Next(min, max + 1), b = random.Next(min, max + 1), step = random.Next(1, max);
            return random.Next(5) switch
            {
                0 => ($"*/{step}", Enumerable.Range(min, max - min + 1).Where(value => (value - min) % step == 0)),
                1 => ($"{a}/{step}", Enumerable.Range(a, max - a + 1).Where(value => (value - a) % step == 0)),
                2 => ($"{Math.Min(a, b)}-{Math.Max(a, b)}/{step}", Span(a, b).Where(value => (value - Math.Min(a, b)) % step == 0)),
                3 => ($"{Word(random, a, max)}-{b}", Span(a, b)),
                _ => (Word(random, a, max), [a]),
            };
        }

        private static IEnumerable<int> Span(int a, int b) => Enumerable.Range(Math.Min(a, b), Math.Abs(a - b) + 1);

        private static string Word(Random random, int value, int max)
        {
            string[] months = ["", "JAN", "feb", "Mar", "April", "may", "June", "jul", "AUG", "Sept", "October", "nov", "Dec"];
            string[] days = ["sun", "Monday", "TUE", "Wed", "thurs", "Fri", "sat"];
            return (max, random.Next(2)) switch { (12, 0) => months[value], (6, 0) => days[value], _ => $"{value}" };
        }
    }
}
