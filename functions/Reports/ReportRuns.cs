using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tidemark.Platform.Errors;
using Tidemark.Registry;

namespace Tidemark.Reports;

/// <summary>Makes reports: each day of a model once, however many hosts and timers ask, with the days that were missed while no host was up; and by hand.</summary>
public sealed partial class ReportRuns(
    ReportBuilder builder, ReportStore store, DriftReader drift, ModelDirectory directory, IOptions<ReportOptions> options, TimeProvider time, ILogger<ReportRuns> logger)
{
    /// <summary>After this the day's report is made although its last check is not stored.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromHours(6);

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Makes every daily report that is due. One that fails does not keep the others; it is due again the next time.</summary>
    public Task RunDueAsync(CancellationToken cancellation) =>
        directory.ForEachAsync("The daily report", model => RunDueAsync(model, cancellation), cancellation);

    /// <summary>Makes a report whatever is there, in place of one that is.</summary>
    public async Task<Outcome<ModelReport>> MakeAsync(ReportId id, CancellationToken cancellation)
    {
        Outcome<ModelReport> report = await builder.BuildAsync(id, cancellation);
        if (report.Ok)
            await WriteAsync(id, report.Value, once: false, cancellation);
        return report;
    }

    private async Task RunDueAsync(ModelName model, CancellationToken cancellation)
    {
        DateTimeOffset today = DayOf(time.GetUtcNow());
        for (DateTimeOffset? day = await FirstDueAsync(model, today, cancellation); day < today; day = day.Value.AddDays(1))
        {
            bool ready = time.GetUtcNow() - day.Value.AddDays(1) > Patience || await drift.IsCheckedAsync(model, day.Value.AddHours(23), cancellation);
            if (!ready)
                return;
            ReportId id = ReportId.OfDay(model, day.Value);
            Outcome<ModelReport> report = await builder.BuildAsync(id, cancellation);
            if (report.Ok)
                await WriteAsync(id, report.Value, once: true, cancellation);
            else
                LogNone(id, report.Failure.Title);
        }
    }

    /// <summary>The day after the last daily report; where there is none, the first day with a check. No further back than the options say.</summary>
    private async Task<DateTimeOffset?> FirstDueAsync(ModelName model, DateTimeOffset today, CancellationToken cancellation)
    {
        DateTimeOffset oldest = today - options.Value.CatchUp;
        ReportSummary? last = (await store.ListAsync(model, cancellation)).LastOrDefault(r => ReportId.Parse(r.Id).Value.IsDay);
        DateTimeOffset? first = last is not null ? last.To : await drift.FirstAsync(model, oldest, today, cancellation) is { } hour ? DayOf(hour) : null;
        return first < oldest ? oldest : first;
    }

    private async Task WriteAsync(ReportId id, ModelReport report, bool once, CancellationToken cancellation)
    {
        await store.WriteAsync(id, report, once, cancellation);
        LogMade(id, report.Verdict.Level, report.Verdict.Headline);
    }

    private static DateTimeOffset DayOf(DateTimeOffset time) => new(time.UtcDateTime.Date, TimeSpan.Zero);

    [LoggerMessage(Level = LogLevel.Information, Message = "Report {Id} ({Level}): {Headline}")]
    private partial void LogMade(ReportId id, ReportLevel level, string headline);

    [LoggerMessage(Level = LogLevel.Information, Message = "No report {Id}: {Reason}")]
    private partial void LogNone(ReportId id, string reason);
}
