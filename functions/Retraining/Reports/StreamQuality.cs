using Tidemark.Platform.PredictionLog;
using Tidemark.Registry;
using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Datasets;
using Tidemark.Retraining.Promotion;
using Tidemark.Retraining.Records;

namespace Tidemark.Retraining.Reports;

/// <summary>Quality in a stretch of time, on the labelled rows of the log: accuracy, or the root mean squared error of a regression.</summary>
/// <param name="From">Beginning of the stretch.</param>
/// <param name="Rows">Labelled rows.</param>
/// <param name="Served">Of whichever version answered.</param>
/// <param name="Frozen">What the oldest version would have reached on the same rows; null where it can't answer them.</param>
/// <param name="Versions">Who answered.</param>
public sealed record StreamPoint(DateTimeOffset From, int Rows, double? Served, double? Frozen, string Versions);

/// <param name="Frozen">The oldest version in the log.</param>
/// <param name="Hours">Length of a stretch.</param>
public sealed record StreamCurve(string Frozen, int Hours, IReadOnlyList<StreamPoint> Points);

/// <summary>The two curves of a model's life: with retraining, and had its first version served on.</summary>
public sealed class StreamQuality(LabelledLog log, ModelDirectory models)
{
    private const int Most = 20_000;

    /// <summary>The curve over the days that the policy reads; null where no row has a label.</summary>
    public async Task<StreamCurve?> ReadAsync(OpenRetraining open, DateTimeOffset now, CancellationToken cancellation)
    {
        RunSpec spec = open.Policy.Spec("datasets/any.csv", null).Value!;
        string[] columns = [.. spec.Features.Select(f => f.Name)];
        var rows = (await log.ReadAsync(new LabelledRange(open.Model, columns, now.AddDays(-open.Policy.Data.Days), now, Most), cancellation)).Rows;
        if (rows.Count == 0) return null;
        double?[] served = new double?[rows.Count];
        foreach (var version in rows.Select((row, i) => (row, i)).GroupBy(r => r.row.Version, StringComparer.Ordinal))
        {
            if (await LossesAsync(open.Model, version.Key, spec, columns, [.. version.Select(v => v.row)], cancellation) is not { } losses) continue;
            foreach ((int loss, int row) in version.Select((v, k) => (k, v.i))) served[row] = losses[loss];
        }

        string first = rows[0].Version;
        double[]? frozen = await LossesAsync(open.Model, first, spec, columns, rows, cancellation);
        double days = (rows[^1].Time - rows[0].Time).TotalDays;
        int hours = days <= 2 ? 1 : days <= 20 ? 6 : 24;
        return new(first, hours, [.. rows.Select((row, i) => (Row: row, Place: i)).GroupBy(r => Start(r.Row.Time, hours)).OrderBy(g => g.Key).Select(g => new StreamPoint(
            g.Key, g.Count(), Figure(spec, g.Select(r => served[r.Place])), frozen is null ? null : Figure(spec, g.Select(r => (double?)frozen[r.Place])),
            string.Join(", ", g.Select(r => r.Row.Version).Distinct(StringComparer.Ordinal))))]);
    }

    private async Task<double[]?> LossesAsync(ModelName model, string version, RunSpec spec, string[] columns, IReadOnlyList<LoggedExample> rows, CancellationToken cancellation)
    {
        if (ModelVersion.Parse(version) is not { Ok: true } parsed || await models.DownloadAsync(model, parsed.Value, cancellation) is not { Ok: true } file) return null;
        return ExampleLosses.Of(file.Value, spec, columns, rows) is { Ok: true } losses ? losses.Value : null;
    }

    private static double? Figure(RunSpec spec, IEnumerable<double?> losses)
    {
        double[] known = [.. losses.OfType<double>().Where(double.IsFinite)];
        return known.Length == 0 ? null : spec.IsClassification ? 1 - known.Average() : Math.Sqrt(known.Average());
    }

    private static DateTimeOffset Start(DateTimeOffset time, int hours)
    {
        DateTimeOffset hour = LogNames.HourOf(time);
        return hour.AddHours(-(hour.Hour % hours));
    }
}
