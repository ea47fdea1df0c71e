using System.ComponentModel.DataAnnotations;

namespace Tidemark.Reports;

/// <summary>Settings <c>Reports__…</c>.</summary>
public sealed class ReportOptions
{
    public const string Section = "Reports";

    /// <value>How far back daily reports that were missed are caught up with. Default 14 days.</value>
    [Range(typeof(TimeSpan), "1.00:00:00", "366.00:00:00")]
    public TimeSpan CatchUp { get; set; } = TimeSpan.FromDays(14);
}
