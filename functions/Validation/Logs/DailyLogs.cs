using Microsoft.Extensions.Logging;
using Tidemark.Platform.Errors;
using Tidemark.Platform.PredictionLog;
using Tidemark.Registry;

namespace Tidemark.Validation.Logs;

/// <summary>
/// Asks for the validation of every finished day of the log: of each model, for each version that answered on that day and names a suite. What was
/// asked for before is not asked for again, so it may run on several hosts, twice, or late: days of the last week are caught up.
/// </summary>
public sealed partial class DailyLogs(ModelDirectory models, SuiteBindings bindings, LogStore logs, ValidationJobs jobs, TimeProvider clock, ILogger<DailyLogs> logger)
{
    /// <value>How many days are looked back at. 7.</value>
    public const int Days = 7;

    public async Task RequestAsync(CancellationToken cancellation)
    {
        Outcome<IReadOnlyList<ModelName>> names = await models.ListAsync(cancellation);
        if (!names.Ok)
            throw new TimeoutException(names.Failure.Detail);
        foreach (ModelName model in names.Value)
            await RequestAsync(model, cancellation);
    }

    public async Task RequestAsync(ModelName model, CancellationToken cancellation)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        for (DateOnly day = today.AddDays(-Days); day < today; day = day.AddDays(1))
        {
            foreach (ModelVersion version in await AnsweredAsync(model, day, cancellation))
                await RequestAsync(new LogDay(new VersionReference(model, version), day), cancellation);
        }
    }

    private async Task RequestAsync(LogDay day, CancellationToken cancellation)
    {
        Outcome<VersionSuite?> suite = await bindings.FindAsync(day.Version, cancellation);
        if (!suite.Ok)
            LogNoSuite(day.Version, suite.Failure.Detail);
        else if (suite.Value is not null && await jobs.RequestAsync(day, cancellation))
            LogRequested(day.Version, day);
    }

    private async Task<IReadOnlyCollection<ModelVersion>> AnsweredAsync(ModelName model, DateOnly day, CancellationToken cancellation)
    {
        var versions = new HashSet<ModelVersion>();
        DateTimeOffset begin = new(day, TimeOnly.MinValue, TimeSpan.Zero);
        await foreach (StoredLogFile file in logs.FilesAsync(new LogRange(model.ToString(), null, begin, begin.AddDays(1)), cancellation))
        {
            if (ModelVersion.Parse(file.Version) is { Ok: true } version)
                versions.Add(version.Value);
        }

        return versions;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The log of {Version} of {Day} is to be validated")]
    private partial void LogRequested(VersionReference version, LogDay day);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The log of {Version} can't be validated, because its suite can't be read: {Reason}")]
    private partial void LogNoSuite(VersionReference version, string reason);
}
