using Microsoft.Extensions.Logging;
using Tidemark.Platform.Errors;
using Tidemark.Platform.PredictionLog;
using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Profiles;
using Tidemark.Registry;

namespace Tidemark.Drift.Profiles;

/// <summary>Makes the profile of an hour of the prediction log in one pass and bounded memory: about 0.1 MB a column, however many rows.</summary>
public sealed partial class LogProfiler(LogStore log, ILogger<LogProfiler> logger)
{
    /// <param name="version">The version whose rows are meant.</param>
    /// <param name="hour">Beginning of the hour.</param>
    /// <param name="alive">Called between batches, for who must tell that the work goes on.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public async Task<ProfileDocument> HourAsync(VersionReference version, DateTimeOffset hour, Func<Task> alive, CancellationToken cancellation)
    {
        var (inputs, outputs) = (new Profile(), new Profile());
        var columns = new LogColumns();
        HashSet<string> unreadable = [];
        void Unreadable(StoredLogFile file, Failure failure)
        {
            unreadable.Add(file.Name);
            LogUnreadable(file.Name, failure.Detail);
        }

        LogRange range = LogRange.Of(version.Model.ToString(), version.Version.ToString(), hour);
        await foreach (Table batch in log.ReadAsync(range, Unreadable, cancellation))
        {
            columns.Split(batch);
            inputs.Observe(columns.Inputs);
            outputs.Observe(columns.Outputs);
            await alive();
        }

        return new()
        {
            Model = version.Model.ToString(),
            Version = version.Version.ToString(),
            Source = "log",
            From = range.From,
            To = range.To,
            Files = await log.FilesAsync(range, cancellation).CountAsync(cancellation) - unreadable.Count,
            Unreadable = unreadable.Count,
            Inputs = Renamed(inputs, LogNames.Input),
            Outputs = outputs,
        };
    }

    /// <summary>NannyML's thresholds by column, of rows of these hours that have become the reference.</summary>
    public async Task<Dictionary<string, double>> ThresholdsAsync(VersionReference version, IEnumerable<DateTimeOffset> hours, CancellationToken cancellation)
    {
        var (inputs, outputs, columns) = (new ReferenceChunks(), new ReferenceChunks(), new LogColumns());
        foreach (DateTimeOffset hour in hours)
        {
            LogRange range = LogRange.Of(version.Model.ToString(), version.Version.ToString(), hour);
            await foreach (Table batch in log.ReadAsync(range, (file, failure) => LogUnreadable(file.Name, failure.Detail), cancellation))
            {
                columns.Split(batch);
                inputs.Observe(columns.Inputs);
                outputs.Observe(columns.Outputs);
            }
        }

        return inputs.Thresholds().Select(t => KeyValuePair.Create(t.Key[LogNames.Input.Length..], t.Value)).Concat(outputs.Thresholds()).ToDictionary(StringComparer.Ordinal);
    }

    private static Profile Renamed(Profile profile, string prefix) => Profile.From(new(profile.Rows, [.. profile.State.Columns.Select(c => c with { Name = c.Name[prefix.Length..] })]));

    [LoggerMessage(Level = LogLevel.Error, Message = "The file {File} of the prediction log can't be read and is left out of its window: {Reason}")]
    private partial void LogUnreadable(string file, string reason);
}
