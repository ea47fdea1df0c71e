using System.Text.Json.Serialization;

namespace Tidemark.Drift.Verdicts;

/// <summary>What past windows must have in common with the present one to be its reference.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Season>))]
public enum Season
{
    [JsonStringEnumMemberName("none")]
    None,

    [JsonStringEnumMemberName("weekday")]
    Weekday,

    /// <summary>The same hour of the same weekday.</summary>
    [JsonStringEnumMemberName("hourOfWeek")]
    HourOfWeek,

    [JsonStringEnumMemberName("month")]
    Month,
}

public static class Seasons
{
    /// <summary>Whether a past window is of the same season, by UTC.</summary>
    public static bool Matches(this Season season, DateTimeOffset present, DateTimeOffset past)
    {
        (DateTimeOffset now, DateTimeOffset then) = (present.ToUniversalTime(), past.ToUniversalTime());
        return then < now && season switch
        {
            Season.Weekday => now.DayOfWeek == then.DayOfWeek && now.Date != then.Date,
            Season.HourOfWeek => now.DayOfWeek == then.DayOfWeek && now.Hour == then.Hour,
            Season.Month => now.Month == then.Month && now.Year != then.Year,
            _ => false,
        };
    }
}
