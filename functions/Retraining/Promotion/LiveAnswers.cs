using System.Globalization;
using Tidemark.Platform.PredictionLog;
using Tidemark.Platform.Tabular;
using Tidemark.Registry;

namespace Tidemark.Retraining.Promotion;

/// <summary>What a version has answered lately.</summary>
/// <param name="Rows">Logged rows.</param>
/// <param name="MedianLatencyMs">Null without rows.</param>
/// <param name="Labels">Answered classes and how often each; empty for a regression.</param>
internal sealed record Answered(long Rows, double? MedianLatencyMs, IReadOnlyDictionary<string, long> Labels)
{
    /// <summary>Share of probability that lies elsewhere than in <paramref name="expected"/>: the total variation distance, 0 to 1.</summary>
    public double Shift(IReadOnlyDictionary<string, double> expected) =>
        Labels.Keys.Union(expected.Keys).Sum(label => Math.Abs((Labels.GetValueOrDefault(label) / (double)Math.Max(1, Labels.Values.Sum())) - expected.GetValueOrDefault(label))) / 2;
}

/// <summary>Reads answers from the prediction log.</summary>
public sealed class LiveAnswers(LogStore log)
{
    private const int Most = 20_000;
    private const string Label = LogNames.Output + "label";

    /// <summary>Rows that the version answered from one instant to another, at most 20,000.</summary>
    internal async Task<Answered> ReadAsync(ModelName model, string version, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation)
    {
        List<double> latencies = [];
        var labels = new Dictionary<string, long>(StringComparer.Ordinal);
        long rows = 0;
        await foreach (Table batch in log.ReadAsync(new LogRange(model.ToString(), version, from, to), (_, _) => { }, cancellation))
        {
            (Column? times, Column? waits, Column? answers) = (batch.Find(LogNames.Time), batch.Find(LogNames.Latency), batch.Find(Label));
            for (int row = 0; row < batch.Rows; row++)
            {
                if (!DateTimeOffset.TryParse(times?.Cell(row) as string, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) || time < from || time >= to) continue;
                rows++;
                if (waits?.Cell(row) is double wait) latencies.Add(wait);
                if (answers?.Cell(row) is { } answer && Convert.ToString(answer, CultureInfo.InvariantCulture) is { } label) labels[label] = labels.GetValueOrDefault(label) + 1;
            }

            if (rows >= Most) break;
        }

        latencies.Sort();
        return new(rows, latencies.Count == 0 ? null : latencies[latencies.Count / 2], labels);
    }
}
