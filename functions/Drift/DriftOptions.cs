using System.ComponentModel.DataAnnotations;

namespace Tidemark.Drift;

/// <summary>The drift checks of a host; section <c>Drift</c> of the configuration.</summary>
public sealed class DriftOptions
{
    public const string Section = "Drift";

    /// <value>How long after its end an hour is checked, so that every host has stored what it logged. Default 5 minutes.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:59:00")]
    public TimeSpan Grace { get; set; } = TimeSpan.FromMinutes(5);

    /// <value>How far back checks that were missed are caught up with. Default 7 days.</value>
    [Range(typeof(TimeSpan), "00:00:00", "31.00:00:00")]
    public TimeSpan CatchUp { get; set; } = TimeSpan.FromDays(7);

    /// <value>How far back checked hours are looked at for rows that the log got later, as long batches bring them. Default 24 hours; 0: not at all.</value>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan Recheck { get; set; } = TimeSpan.FromHours(24);

    /// <value>After how long without a sign of life another host takes a check over. Default 5 minutes.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromMinutes(5);
}
