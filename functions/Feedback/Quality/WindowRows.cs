using System.Collections.Concurrent;
using Tidemark.Feedback.Estimation;
using Tidemark.Feedback.Labels;
using Tidemark.Platform.Errors;
using Tidemark.Platform.PredictionLog;
using Tidemark.Platform.Tabular;
using Tidemark.Registry;

namespace Tidemark.Feedback.Quality;

/// <summary>A prediction of the log; with its label where one is known.</summary>
/// <param name="Error">How wrong it was; null without a label, or when both can't be compared.</param>
internal sealed record JoinedRow(string Id, string Time, string Version, string Prediction, double[] Scores, string[] Segments, string? Label, double? Error);

/// <summary>The rows of a window.</summary>
/// <param name="Columns">How answers were read; null when no row was.</param>
/// <param name="Logged">Rows that the log holds.</param>
/// <param name="Labelled">Rows with labels, in the order of time.</param>
/// <param name="Sample">Rows with and without labels, at most <see cref="MostSampled"/>, for estimates.</param>
/// <param name="Unreadable">Rows whose answer can't be read, and files that can't.</param>
internal sealed record WindowRows(LogColumns? Columns, long Logged, IReadOnlyList<JoinedRow> Labelled, IReadOnlyList<JoinedRow> Sample, long Unreadable)
{
    public const int MostSampled = 50_000;

    /// <summary>The versions that answered.</summary>
    public IReadOnlyList<string> Versions => [.. Sample.Concat(Labelled).Select(row => row.Version).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Rows of a version for estimates: those with labels, or the sample; null for models that give no scores to classes.</summary>
    public ScoredRows? Scored(string version, bool withLabels)
    {
        if (Columns is not { } columns || columns.ClassCount < 2)
            return null;
        List<JoinedRow> rows = [];
        List<int> predictions = [], labels = [];
        foreach (JoinedRow row in (withLabels ? Labelled.Where(row => row.Error is not null) : Sample).Where(row => row.Version == version))
        {
            if (columns.ClassOf(row.Prediction) is not { } prediction || (withLabels ? columns.ClassOf(row.Label!) : 0) is not { } label)
                continue; // a class that has no score
            rows.Add(row);
            predictions.Add(prediction);
            labels.Add(label);
        }

        return new([.. rows.SelectMany(row => row.Scores)], [.. predictions], withLabels ? [.. labels] : null, columns.ClassCount);
    }
}

/// <summary>Joins the prediction log with labels, by prediction id and by the caller's key. A row counts once, however often it was logged.</summary>
public sealed class WindowJoin(LogStore log, LabelTable labels)
{
    private const int LookupsAtOnce = 16;

    internal async Task<WindowRows> ReadAsync(ModelName model, QualityPolicy policy, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation)
    {
        var reading = new Reading(policy, from);
        for (DateTimeOffset hour = from; hour < to; hour = hour.AddHours(1))
            await ReadHourAsync(model, hour, reading, cancellation);
        reading.Labelled.Sort((a, b) => (a.Time, a.Id).CompareTo((b.Time, b.Id)));
        return new(reading.Columns, reading.Logged, reading.Labelled, reading.Sample, reading.Unreadable);
    }

    private async Task ReadHourAsync(ModelName model, DateTimeOffset hour, Reading reading, CancellationToken cancellation)
    {
        var byId = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach ((string id, string label) in labels.OfHourAsync(model, hour, cancellation))
            byId[id] = label;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var keyed = new List<(JoinedRow Row, string Key)>();
        void Missed(StoredLogFile file, Failure failure) => reading.Unreadable += Math.Max(1, file.Rows);
        await foreach (Table batch in log.ReadAsync(LogRange.Of(model.ToString(), null, hour), Missed, cancellation))
        {
            foreach ((JoinedRow row, string? key) in reading.Rows(batch, seen))
            {
                if (byId.TryGetValue(row.Id, out string? label))
                    reading.Add(row, label);
                else if (key is not null)
                    keyed.Add((row, key));
                else
                    reading.Add(row, null);
            }
        }

        await AddKeyedAsync(model, keyed, reading, cancellation);
    }

    private async Task AddKeyedAsync(ModelName model, List<(JoinedRow Row, string Key)> keyed, Reading reading, CancellationToken cancellation)
    {
        await labels.SeeAsync(model, keyed.Select(k => (k.Key, k.Row.Id)), cancellation);
        var found = new ConcurrentDictionary<string, string?>(StringComparer.Ordinal);
        var options = new ParallelOptions { MaxDegreeOfParallelism = LookupsAtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(keyed.Select(k => k.Key).Distinct(StringComparer.Ordinal), options, async (key, stop) => found[key] = await labels.OfKeyAsync(model, key, stop));
        foreach ((JoinedRow row, string key) in keyed)
            reading.Add(row, found[key]);
    }

    /// <summary>What has been read of a window so far.</summary>
    private sealed class Reading(QualityPolicy policy, DateTimeOffset from)
    {
        private readonly Random random = new((int)(from.UtcTicks / TimeSpan.TicksPerHour));

        public LogColumns? Columns { get; private set; }

        public long Logged { get; private set; }

        public long Unreadable { get; set; }

        public List<JoinedRow> Labelled { get; } = [];

        public List<JoinedRow> Sample { get; } = [];

        /// <summary>The rows of a batch that were not met before and can be read.</summary>
        public IEnumerable<(JoinedRow Row, string? Key)> Rows(Table batch, HashSet<string> seen)
        {
            Columns ??= LogColumns.Of(policy, batch);
            (Column? ids, Column? times, Column? versions, Column? keys) = (batch.Find(LogNames.Id), batch.Find(LogNames.Time), batch.Find(LogNames.Version), batch.Find(LogNames.Key));
            Column?[] segments = [.. policy.Segments.Select(batch.Find)];
            for (int row = 0; row < batch.Rows; row++)
            {
                if (ids?.Cell(row) is not string id || !seen.Add(id))
                    continue;
                Logged++;
                if (Columns?.Read(batch, row, policy.Threshold) is not { Prediction: { } prediction } answer)
                {
                    Unreadable++;
                    continue;
                }

                string[] values = [.. segments.Select(segment => Label.TextOf(segment?.Cell(row)) ?? "(none)")];
                var joined = new JoinedRow(id, times?.Cell(row) as string ?? "", versions?.Cell(row) as string ?? "", prediction, answer.Scores, values, null, null);
                yield return (joined, keys?.Cell(row) as string);
            }
        }

        public void Add(JoinedRow row, string? label)
        {
            JoinedRow joined = label is null ? row : row with { Label = label, Error = Columns!.Error(row.Prediction, label) };
            if (label is not null)
                Labelled.Add(joined);
            if (Sample.Count < WindowRows.MostSampled)
                Sample.Add(joined);
            else if (random.NextInt64(Logged) is var place && place < WindowRows.MostSampled)
                Sample[(int)place] = joined;
        }
    }
}
