using System.Collections.Concurrent;
using Tidemark.Feedback.Labels;
using Tidemark.Platform.Errors;
using Tidemark.Platform.PredictionLog;
using Tidemark.Platform.Tabular;
using Tidemark.Registry;

namespace Tidemark.Retraining.Datasets;

/// <summary>Which labelled rows of the log.</summary>
/// <param name="Model">The model.</param>
/// <param name="Columns">Inputs wanted; <c>time</c> is the time of the prediction.</param>
/// <param name="From">Rows answered from then on.</param>
/// <param name="To">And before then.</param>
/// <param name="Most">Of more the newest so many.</param>
/// <param name="Version">Only rows that this version answered; null: all.</param>
internal sealed record LabelledRange(ModelName Model, IReadOnlyList<string> Columns, DateTimeOffset From, DateTimeOffset To, int Most, string? Version = null);

/// <summary>Labelled rows, the oldest first, and the files that they come from.</summary>
internal sealed record LabelledExamples(IReadOnlyList<LoggedExample> Rows, IReadOnlyList<FrozenSource> Files);

/// <summary>Joins the prediction log with labels, by prediction id and by the caller's key, the newest hours first. A prediction counts once.</summary>
public sealed class LabelledLog(LogStore log, LabelTable labels)
{
    private const int LookupsAtOnce = 16;

    internal async Task<LabelledExamples> ReadAsync(LabelledRange range, CancellationToken cancellation)
    {
        List<LoggedExample> rows = [];
        List<FrozenSource> files = [];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var hour in await HoursAsync(range, cancellation))
        {
            if (rows.Count >= range.Most) break;
            await ReadHourAsync(range, hour, rows, files, seen, cancellation);
        }

        LoggedExample[] newest = [.. rows.OrderBy(r => r.Time).ThenBy(r => r.Id, StringComparer.Ordinal).TakeLast(range.Most)];
        return new(newest, [.. files.OrderBy(f => f.Name, StringComparer.Ordinal)]);
    }

    /// <summary>Files by hour, the newest hour first.</summary>
    private async Task<IReadOnlyList<IGrouping<DateTimeOffset, StoredLogFile>>> HoursAsync(LabelledRange range, CancellationToken cancellation)
    {
        List<StoredLogFile> files = [];
        await foreach (var file in log.FilesAsync(new(range.Model.ToString(), range.Version, range.From, range.To), cancellation)) files.Add(file);
        return [.. files.GroupBy(f => f.Hour).OrderByDescending(g => g.Key)];
    }

    private async Task ReadHourAsync(
        LabelledRange range, IGrouping<DateTimeOffset, StoredLogFile> hour, List<LoggedExample> rows, List<FrozenSource> files, HashSet<string> seen, CancellationToken cancellation)
    {
        var byId = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach ((string id, string label) in labels.OfHourAsync(range.Model, hour.Key, cancellation)) byId[id] = label;
        foreach (StoredLogFile file in hour)
        {
            List<(LoggedExample Row, string Key)> keyed = [];
            int before = rows.Count;
            await EachAsync(file, batch =>
            {
                var cells = new LoggedCells(batch, range.Columns);
                for (int row = 0; row < batch.Rows; row++)
                {
                    if (cells.Id(row) is not { } id || !seen.Add(id)) continue;
                    if (byId.TryGetValue(id, out string? label)) Add(cells.Example(row, id, label));
                    else if (cells.Key(row) is { } key) keyed.Add((cells.Example(row, id, ""), key));
                }
            }, cancellation);
            await AddKeyedAsync(range.Model, keyed, Add, cancellation);
            files.Add(new($"{Platform.Storage.StorageNames.Containers.PredictionLog}/{file.Name}", file.ETag, rows.Count - before));
        }

        void Add(LoggedExample row)
        {
            if (row.Time >= range.From && row.Time < range.To) rows.Add(row);
        }
    }

    private async Task AddKeyedAsync(ModelName model, List<(LoggedExample Row, string Key)> keyed, Action<LoggedExample> add, CancellationToken cancellation)
    {
        var found = new ConcurrentDictionary<string, string?>(StringComparer.Ordinal);
        var options = new ParallelOptions { MaxDegreeOfParallelism = LookupsAtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(keyed.Select(k => k.Key).Distinct(StringComparer.Ordinal), options, async (key, stop) => found[key] = await labels.OfKeyAsync(model, key, stop));
        foreach ((LoggedExample row, string key) in keyed)
        {
            if (found[key] is { } label) add(row with { Label = label });
        }
    }

    /// <summary>A file that can't be read is left out: its rows are told by their absence from the manifest's counts.</summary>
    private async Task EachAsync(StoredLogFile file, Action<Table> batch, CancellationToken cancellation)
    {
        var opened = await log.OpenAsync(file, cancellation);
        if (!opened.Ok) return;
        using var reader = opened.Value;
        for (Outcome<bool> more = await reader.ReadAsync(cancellation); more is { Ok: true, Value: true }; more = await reader.ReadAsync(cancellation)) batch(reader.Batch);
    }
}
