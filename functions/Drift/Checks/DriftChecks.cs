using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Monitoring;
using Tidemark.Platform.PredictionLog;
using Tidemark.Registry;

namespace Tidemark.Drift.Checks;

/// <summary>
/// Checks models for drift, hour by hour: each hour of a model once, however many hosts and timers ask, in order, with those that were missed while
/// no host was up. An hour that gets rows later is checked anew, and those after it, which build on its verdict.
/// </summary>
public sealed partial class DriftChecks(
    ModelDirectory directory, LogStore log, MonitoringStore monitoring, CheckTable table, CheckBlobs results, VersionChecker checker,
    IOptions<DriftOptions> options, TimeProvider time, ILogger<DriftChecks> logger)
{
    /// <summary>Runs every check that is due. One that fails does not keep the others from running; it is due again the next time.</summary>
    public Task RunDueAsync(CancellationToken cancellation) =>
        directory.ForEachAsync("The drift check", model => RunModelAsync(model, cancellation), cancellation);

    /// <summary>Runs every check of a model that is due.</summary>
    internal async Task RunModelAsync(ModelName model, CancellationToken cancellation)
    {
        await ReopenAsync(model, cancellation);
        foreach (DateTimeOffset hour in await DueAsync(model, cancellation))
            await RunAsync(model, hour, again: false, cancellation);
    }

    /// <summary>Makes the first checked hour to which the log has got rows since, and all after it, due again.</summary>
    private async Task ReopenAsync(ModelName model, CancellationToken cancellation)
    {
        bool changed = false;
        foreach (RunRow run in await table.RunsAsync(model, LogNames.HourOf(time.GetUtcNow() - options.Value.Recheck), cancellation).Where(r => r.Done is not null).ToListAsync(cancellation))
        {
            changed = changed || (await LoggedHour.ReadAsync(log, model, run.Hour, cancellation)).Seen != run.Seen;
            if (!changed)
                continue;
            await table.ReopenAsync(run, cancellation);
            LogReopened(model, run.Hour);
        }
    }

    /// <summary>Hours of a model whose check is due: the last whole one, and those before it, back to the first that was ever checked, that are not done.</summary>
    internal async Task<IReadOnlyList<DateTimeOffset>> DueAsync(ModelName model, CancellationToken cancellation)
    {
        DateTimeOffset last = LastHour();
        List<RunRow> runs = await table.RunsAsync(model, last - options.Value.CatchUp, cancellation).ToListAsync(cancellation);
        DateTimeOffset first = runs.Count == 0 ? last : runs[0].Hour;
        HashSet<DateTimeOffset> done = [.. runs.Where(r => r.Done is not null).Select(r => r.Hour)];
        List<DateTimeOffset> due = [];
        for (DateTimeOffset hour = first; hour <= last; hour = hour.AddHours(1))
        {
            if (!done.Contains(hour))
                due.Add(hour);
        }

        return due;
    }

    /// <summary>The last hour that is over, its grace included.</summary>
    public DateTimeOffset LastHour() => LogNames.HourOf(time.GetUtcNow() - options.Value.Grace).AddHours(-1);

    /// <summary>Checks an hour, or tells what was found when it is done already. Conflict: another host is at it.</summary>
    public async Task<Outcome<CheckReport>> RunAsync(ModelName model, DateTimeOffset hour, bool again, CancellationToken cancellation)
    {
        Claim claim = await table.ClaimAsync(model, hour, again, cancellation);
        if (claim.State == ClaimState.Done)
            return await FindAsync(model, claim.Row, cancellation);
        if (claim.State == ClaimState.Taken)
            return Busy(model, hour);

        var settings = await SettingsAsync(model, cancellation);
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            List<VersionCheck> checks = [];
            long rows = 0;
            LoggedHour logged = await LoggedHour.ReadAsync(log, model, hour, cancellation);
            foreach ((ModelVersion version, int files, long logRows) in logged.Parts)
            {
                var past = new EarlierWork(claim.Begun, claim.Begun && !again ? (files, logRows) : null);
                var check = await checker.CheckAsync(new(model, version), hour, settings, past, () => AliveAsync(claim.Row, lost), lost.Token);
                checks.Add(check);
                rows += check.Rows;
            }

            await table.DoneAsync(claim.Row, logged, lost.Token);
            LogDone(model, hour, rows);
            return new CheckReport(model.ToString(), hour, checks);
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return Busy(model, hour);
        }
    }

    private async Task<CheckReport> FindAsync(ModelName model, RunRow row, CancellationToken cancellation)
    {
        List<VersionCheck> checks = [];
        foreach (string text in row.Versions.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (await results.ReadAsync(new(model, ModelVersion.Parse(text).Value), row.Hour, cancellation) is { } check)
                checks.Add(check);
        }

        return new CheckReport(model.ToString(), row.Hour, checks);
    }

    /// <summary>Settings that can't be read, which a PUT would have refused, must not stop the checks.</summary>
    private async Task<DriftSettings> SettingsAsync(ModelName model, CancellationToken cancellation)
    {
        var document = await monitoring.ReadAsync(model.ToString(), cancellation);
        if (document.Settings[DriftSettings.Section] is not { } section)
            return new();
        var settings = DriftSettings.Parse(JsonSerializer.SerializeToElement(section));
        if (!settings.Ok)
            LogSettings(model, settings.Failure.Detail);
        return settings.Value ?? new();
    }

    /// <summary>A sign of life now and then; ends the work when another host has taken over.</summary>
    private async Task AliveAsync(RunRow row, CancellationTokenSource lost)
    {
        if (row.LeaseUntil - time.GetUtcNow() > options.Value.Lease * (2.0 / 3))
            return;
        if (await table.RenewAsync(row, lost.Token) is null)
            await lost.CancelAsync();
    }

    private static Failure Busy(ModelName model, DateTimeOffset hour) =>
        new(FailureKind.Conflict, "Check under way", $"The check of {model} for {hour:u} is under way on another host. Ask again in a moment.") { RetryAfter = TimeSpan.FromSeconds(5) };

    [LoggerMessage(Level = LogLevel.Information, Message = "Drift of model {Model} checked for {Hour:u}: {Rows} rows")]
    private partial void LogDone(ModelName model, DateTimeOffset hour, long rows);

    [LoggerMessage(Level = LogLevel.Information, Message = "Drift of model {Model} is checked anew for {Hour:u}: the log has got rows since")]
    private partial void LogReopened(ModelName model, DateTimeOffset hour);

    [LoggerMessage(Level = LogLevel.Error, Message = "The drift settings of model {Model} can't be read, the defaults are used: {Reason}")]
    private partial void LogSettings(ModelName model, string reason);
}
