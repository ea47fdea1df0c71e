using System.ComponentModel.DataAnnotations;

namespace Tidemark.Retraining.Compute;

/// <summary>Where training runs and for how long one waits for it; section <c>Compute</c> of the configuration.</summary>
public sealed class ComputeOptions
{
    public const string Section = "Compute";

    /// <value>Compute of models whose policy names none, and the only one whose workers claim runs: <c>local</c> or <c>container-apps</c>. Default <c>local</c>.</value>
    [AllowedValues("local", "container-apps")]
    public string Name { get; set; } = "local";

    /// <value>After how long without a heartbeat a worker counts as dead; workers take a run over after 2 minutes. Default 2 minutes and a half.</value>
    [Range(typeof(TimeSpan), "00:02:05", "01:00:00")]
    public TimeSpan StaleAfter { get; set; } = TimeSpan.FromSeconds(150);

    /// <value>How long a started worker may take to claim the run: a cold start, a wait for a GPU. Default 30 minutes.</value>
    [Range(typeof(TimeSpan), "00:00:10", "1.00:00:00")]
    public TimeSpan ClaimPatience { get; set; } = TimeSpan.FromMinutes(30);

    /// <value>How often a run is started again after a worker died or fell silent. Default 1.</value>
    [Range(0, 10)]
    public int MaxRestarts { get; set; } = 1;

    /// <value>How often a run may be started in all, preemptions included. Default 20.</value>
    [Range(1, 1000)]
    public int MaxStarts { get; set; } = 20;
}
