using Tidemark.Feedback.Metrics;
using Tidemark.Feedback.Quality;
using Xunit;

namespace Tidemark.Tests.Feedback;

/// <summary>
/// A year of a sensor model: 92 % right in the lab and for months, then the sensor ages and within two weeks it is under 60 %. 480 predictions a day,
/// all with labels; the windows go through what the timer runs after its reading.
/// </summary>
public sealed class SensorYearTests
{
    private const int Days = 365, Change = 270, Daily = 480;

    private static readonly DateTimeOffset NewYear = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Alarm_is_raised_within_the_first_windows_after_the_change_and_never_in_the_three_months_before(int seed)
    {
        List<WindowQuality> year = Run(new Random(seed));

        Assert.All(year[(Change - 92)..Change], window => Assert.Empty(window.Findings.Select(f => $"{window.Start:d} {f.Title}")));
        double lab = year[..30].Average(Accuracy), late = year[(Change + 20)..].Average(Accuracy);
        Assert.InRange(lab, 0.91, 0.93);
        Assert.InRange(late, 0.45, 0.60);
        Assert.InRange(FirstOf(year, _ => true), 0, 2);
        Assert.InRange(FirstOf(year, f => f.Retrain), 0, 6);
        // Once broken it stays one episode: every later request to train has the id of the first.
        Assert.Single(year[(Change + 10)..].SelectMany(w => w.Findings).Where(f => f.Retrain && f.Subject == MetricNames.Accuracy).Select(f => f.Since).Distinct());

        // By its scores the model is as good as ever; the labels say that it is not, and that difference is an alarm of its own.
        VersionQuality worst = Assert.Single(year[^1].Versions);
        Assert.InRange(worst.Estimates[MetricNames.Accuracy].Estimate!.Value, 0.9, 0.94);
        Assert.True(worst.Gaps[MetricNames.Accuracy] is { IsAlarming: true, Gap: > 0.25 });
        Assert.InRange(FirstOf(year, f => f.Kind == QualityFinding.Gap), 0, 5);
        Assert.InRange(FirstOf(year, f => f.Kind == QualityFinding.Drift), 0, 7);
    }

    /// <summary>Windows from the change to the first that has such a finding.</summary>
    private static int FirstOf(List<WindowQuality> year, Func<QualityFinding, bool> wanted) => year.FindIndex(Change, window => window.Findings.Any(wanted)) - Change;

    private static List<WindowQuality> Run(Random random)
    {
        var windows = new List<WindowQuality>(Days);
        ReferenceRows reference = ReferenceRows.None;
        for (int day = 0; day < Days; day++)
        {
            var span = new WindowSpan(NewYear.AddDays(day), 24);
            WindowRows rows = Rows(random, day);
            reference = reference.With(span.Start, rows.Scored("1", withLabels: true)!, QualityPolicy.Default.ReferenceRows);
            var known = new Dictionary<string, KnownVersion> { ["1"] = new(reference, new Dictionary<string, double>()) };
            windows.Add(WindowEvaluation.Of(QualityPolicy.Default, span, rows, known, windows.LastOrDefault()));
        }

        return windows;
    }

    /// <summary>Scores are true probabilities in the lab: 0.92 right on average. Later the same scores promise ever less.</summary>
    private static WindowRows Rows(Random random, int day)
    {
        var columns = new LogColumns(QualityTask.Binary, ["output.probabilities.1"], [], "output.label", null);
        double kept = day < Change ? 1 : Math.Exp(-(day - Change + 1) / 8.0);
        JoinedRow Row(int i)
        {
            double confidence = 0.5 + (0.5 * Math.Pow(random.NextDouble(), 0.19));
            double score = random.NextDouble() < 0.5 ? confidence : 1 - confidence;
            string prediction = score >= 0.5 ? "1" : "0";
            string label = random.NextDouble() < 0.5 + ((score - 0.5) * kept) ? "1" : "0";
            return new($"{day}-{i}", $"{i:0000}", "1", prediction, [score], [], label, prediction == label ? 0 : 1);
        }

        JoinedRow[] rows = [.. Enumerable.Range(0, Daily).Select(Row)];
        return new(columns, Daily, rows, rows, 0);
    }

    private static double Accuracy(WindowQuality window) => window.Versions[0].Realized!.Metrics[MetricNames.Accuracy].Value!.Value;
}
