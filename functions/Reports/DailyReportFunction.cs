using Microsoft.Azure.Functions.Worker;

namespace Tidemark.Reports;

public sealed class DailyReportFunction(ReportRuns runs)
{
    /// <summary>Each hour, half an hour after the checks: the reports of days that are over and checked.</summary>
    [Function(nameof(DailyReport))]
    public Task DailyReport([TimerTrigger("0 40 * * * *")] TimerInfo timer, CancellationToken cancellation) => runs.RunDueAsync(cancellation);
}
