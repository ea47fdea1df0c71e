using System.Text.Json;
using Tidemark.Feedback.Estimation;
using Tidemark.Feedback.Metrics;
using Tidemark.Feedback.Quality;
using Xunit;

namespace Tidemark.Tests.Feedback;

/// <summary>Estimates of three classes: NannyML's formulas by hand, and on seeded data against what comes true.</summary>
public sealed class MulticlassEstimationTests
{
    [Fact]
    public void Estimates_of_a_few_rows_are_those_of_the_formulas()
    {
        // Each class against the rest: true positives are the sums of the class's probability over rows predicted as it.
        double[] scores = [0.7, 0.2, 0.1, 0.1, 0.6, 0.3, 0.2, 0.3, 0.5, 0.4, 0.35, 0.25];
        int[] predictions = [0, 1, 2, 0];
        var rows = new ScoredRows(scores, predictions, null, 3);
        double[][] parts = [[0.7, 0.1, 0.2, 0.4], [0.2, 0.6, 0.3, 0.35], [0.1, 0.3, 0.5, 0.25]];

        Assert.Equal(parts, rows.Parts().Select(p => p.Scores));
        Assert.Equal((0.7 + 0.6 + 0.5 + 0.4) / 4, EstimatedMetric.Of(MetricNames.Accuracy, rows, parts), 1e-12);
        Assert.Equal(((0.7 + 0.4) / 2 + 0.6 + 0.5) / 3, EstimatedMetric.Of(MetricNames.Precision, rows, parts), 1e-12);
        Assert.Equal((1.1 / 1.4 + 0.6 / 1.45 + 0.5 / 1.15) / 3, EstimatedMetric.Of(MetricNames.Recall, rows, parts), 1e-12);
        Assert.Equal((1.1 / (1.1 + 0.5 * (0.9 + 0.3)) + 0.6 / (0.6 + 0.5 * (0.4 + 0.85)) + 0.5 / (0.5 + 0.5 * (0.5 + 0.65))) / 3, EstimatedMetric.Of(MetricNames.F1, rows, parts), 1e-12);
        Assert.Equal((1.7 / 2.6 + 2.15 / 2.55 + 2.35 / 2.85) / 3, EstimatedMetric.Of(MetricNames.Specificity, rows, parts), 1e-12);
        double area = parts.Average(p =>
        {
            double[] falling = [.. p.OrderDescending()];
            double sum = falling.Select((hit, i) => (1 - hit) * (falling.Take(i).Sum() + hit / 2)).Sum();
            return sum / (p.Sum() * p.Sum(v => 1 - v));
        });
        Assert.Equal(area, EstimatedMetric.Of(MetricNames.RocAuc, rows, parts), 1e-12);
    }

    [Fact]
    public void Estimates_without_labels_are_near_the_truth_also_where_scores_lie_and_inputs_have_moved()
    {
        var random = new Random(20261121);
        PerformanceEstimator estimator = PerformanceEstimator.Fit(Draw(random, 4000, sharp: 1.2), 400, CalibrationChoice.Auto).Value!;
        Assert.True(estimator.Calibrates);
        foreach (double sharp in (double[])[1.2, 0.5])
        {
            ScoredRows rows = Draw(random, 3000, sharp);
            foreach (string metric in EstimatedMetric.Names)
            {
                MetricEstimate estimate = estimator.Estimate(metric, rows with { Labels = null })!;
                double truth = EstimatedMetric.Realized(metric, rows);
                Assert.True(Math.Abs(estimate.Estimate!.Value - truth) <= 3 * estimate.SamplingError + 0.02, $"{metric}: estimated {estimate.Estimate}, true {truth}, error {estimate.SamplingError}");
                Assert.Equal(sharp < 1, estimate.Alert); // the inputs have become harder to tell apart, and the scores know
            }
        }
    }

    [Fact]
    public void Realised_means_over_classes_are_those_of_the_evaluation()
    {
        ScoredRows rows = Draw(new Random(5), 700, sharp: 0.8);
        var metrics = MulticlassQuality.Evaluate(rows.Labels!, rows.Predictions, rows.ByRow(), ["a", "b", "c"], EvaluationOptions.Default).Metrics;
        foreach (string metric in EstimatedMetric.Names.Where(m => EstimatedMetric.NameOfClasses(m) is not null))
            Assert.Equal(metrics[EstimatedMetric.NameOfClasses(metric)!].Value!.Value, EstimatedMetric.Realized(metric, rows), 1e-12);
    }

    [Fact]
    public void Windows_of_a_model_of_three_classes_are_estimated_and_a_lie_of_the_scores_is_a_gap()
    {
        var random = new Random(3);
        string[] names = ["cat", "dog", "owl"];
        var columns = new LogColumns(QualityTask.Multiclass, ["output.p.cat", "output.p.dog", "output.p.owl"], names, "output.label", null);
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        ReferenceRows reference = ReferenceRows.None;
        List<WindowQuality> windows = [];
        for (int day = 0; day < 6; day++)
        {
            ScoredRows drawn = Draw(random, 600, sharp: 1.2);
            double[][] byRow = drawn.ByRow();
            int[] labels = day < 5 ? drawn.Labels! : [.. drawn.Labels!.Select(l => random.NextDouble() < 0.4 ? random.Next(3) : l)];
            JoinedRow[] rows = [.. Enumerable.Range(0, 600).Select(i => new JoinedRow($"{day}-{i}", $"{i:0000}", "1", names[drawn.Predictions[i]], byRow[i], [], names[labels[i]], drawn.Predictions[i] == labels[i] ? 0 : 1))];
            var window = new WindowRows(columns, 600, rows, rows, 0);
            var span = new WindowSpan(start.AddDays(day), 24);
            reference = reference.With(span.Start, window.Scored("1", withLabels: true)!, enough: 1000);
            string stored = JsonSerializer.Serialize(reference, WindowJson.Default.ReferenceRows);
            reference = JsonSerializer.Deserialize(stored, WindowJson.Default.ReferenceRows)!;
            windows.Add(WindowEvaluation.Of(QualityPolicy.Default, span, window, new Dictionary<string, KnownVersion> { ["1"] = new(reference, new Dictionary<string, double>()) }, windows.LastOrDefault()));
        }

        Assert.All(windows.Take(2), w => Assert.Empty(w.Versions[0].Estimates)); // days that the reference is made of
        Assert.All(windows.Skip(2), w => Assert.Equal(["accuracy", "roc_auc_ovr_macro"], w.Versions[0].Estimates.Keys.Order(StringComparer.Ordinal)));
        Assert.All(windows.Skip(2).SkipLast(1), w => Assert.DoesNotContain(w.Versions[0].Gaps.Values, g => g.IsAlarming));
        Assert.All(windows[^1].Versions[0].Gaps.Values, gap => Assert.True(gap is { IsAlarming: true, Gap: > 0.05 }, $"{gap}"));
        Assert.Contains(windows[^1].Findings, f => f is { Kind: QualityFinding.Gap, Subject: "roc_auc_ovr_macro" });
    }

    /// <summary>Three classes of which the last is rare; scores are true probabilities, distorted.</summary>
    private static ScoredRows Draw(Random random, int rows, double sharp)
    {
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        (double[] scores, int[] predictions, int[] labels) = (new double[3 * rows], new int[rows], new int[rows]);
        for (int row = 0; row < rows; row++)
        {
            double[] weights = [Math.Exp(sharp * 2 * Normal()), Math.Exp(sharp * 2 * Normal()), 0.4 * Math.Exp(sharp * 2 * Normal())];
            double[] truth = [.. weights.Select(w => w / weights.Sum())], bent = [.. truth.Select(p => Math.Pow(p, 0.5))];
            double u = random.NextDouble();
            labels[row] = u < truth[0] ? 0 : u < truth[0] + truth[1] ? 1 : 2;
            for (int c = 0; c < 3; c++)
                scores[(3 * row) + c] = Math.Round(bent[c] / bent.Sum(), 6);
            predictions[row] = Array.IndexOf(bent, bent.Max());
        }

        return new(scores, predictions, labels, 3);
    }
}
