using System.ComponentModel.DataAnnotations;

namespace Tidemark.Retraining;

/// <summary>Retraining; section <c>Retraining</c> of the configuration.</summary>
public sealed class RetrainingOptions
{
    public const string Section = "Retraining";

    /// <value>How long after its start a training run is first asked how it is; later ever less often. Default 5 s.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan Poll { get; set; } = TimeSpan.FromSeconds(5);

    /// <value>Longest time between two such questions. Default 1 min.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan LongestPoll { get; set; } = TimeSpan.FromMinutes(1);
}
