using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Evaluation;
using Xunit;

namespace Tidemark.Tests.Training.Evaluation;

/// <summary>What gates must never let through, on many simulated hold-outs.</summary>
public sealed class GatePropertyTests
{
    private const int Rows = 400;
    private static readonly string[] OfClasses = ["rocAuc", "prAuc", "logLoss", "brier", "f1", "recall", "precision", "accuracy"];

    [Fact]
    public void A_model_is_never_better_than_itself()
    {
        for (ulong seed = 0; seed < 12; seed++)
        {
            foreach (var task in new[] { TrainingTask.Binary, TrainingTask.Multiclass, TrainingTask.Regression })
            {
                var simulated = new Simulated(task, 60, seed);
                var model = simulated.Reference().After;
                foreach (string metric in task == TrainingTask.Regression ? ["rmse", "mae", "r2"] : OfClasses)
                {
                    var report = Judge(simulated, model, model, new() { Metric = metric, Resamples = 200 });

                    Assert.False(report.Gates.Single(g => g.Gate == "better").Passed, $"{task} {metric} {seed}");
                    Assert.True(Judge(simulated, model, model, new() { Metric = metric, Resamples = 200, NonInferiority = 0.001 }).Gates.Single(g => g.Gate == "better").Passed);
                }
            }
        }
    }

    [Theory]
    [InlineData(0, "labels drawn by lot")]
    [InlineData(-0.5, "labels turned round")]
    [InlineData(0.35, "a third of the labels wrong")]
    public void A_challenger_of_poisoned_labels_never_passes(double heed, string poison)
    {
        for (ulong seed = 0; seed < 40; seed++)
        {
            var simulated = new Simulated(TrainingTask.Binary, Rows, seed);
            var report = Judge(simulated, simulated.Scores(0.6, 10), simulated.Scores(heed, 20), new() { Resamples = 400 });

            Assert.False(report.Passed, $"{poison}, seed {seed}: {report.Sentence}");
        }
    }

    [Fact]
    public void A_challenger_that_knows_nothing_does_not_pass_where_there_is_no_champion_either()
    {
        int passed = 0;
        for (ulong seed = 0; seed < 40; seed++)
        {
            var simulated = new Simulated(TrainingTask.Binary, Rows, seed);
            var baseline = ModelScores.Constant([0.5, 0.5], Rows);
            if (Judge(simulated, baseline, simulated.Scores(0, 20), new() { Resamples = 400 }).Gates.Single(g => g.Gate == "better").Passed) passed++;
        }

        // The interval's lower end lies above 0 by chance in one of forty.
        Assert.InRange(passed, 0, 4);
    }

    [Fact]
    public void A_challenger_that_is_better_passes_the_gate_nearly_always()
    {
        int passed = 0;
        for (ulong seed = 0; seed < 40; seed++)
        {
            var simulated = new Simulated(TrainingTask.Binary, Rows, seed);
            if (Judge(simulated, simulated.Scores(0.3, 10), simulated.Scores(0.6, 20), new() { Resamples = 400 }).Gates.Single(g => g.Gate == "better").Passed) passed++;
        }

        Assert.InRange(passed, 38, 40);
    }

    [Fact]
    public void One_segment_of_many_that_is_poisoned_is_found_and_healthy_ones_raise_no_alarm()
    {
        int alarms = 0;
        for (ulong seed = 0; seed < 20; seed++)
        {
            var simulated = new Simulated(TrainingTask.Binary, 1000, seed);
            var rows = simulated.Rows();
            Segment[] segments = [.. Enumerable.Range(0, 10).Select(s => new Segment("site", $"{s}", [.. Enumerable.Range(0, 1000).Where(r => r % 10 == s)]))];
            var (champion, good) = (simulated.Scores(0.5, 10), simulated.Scores(0.6, 20));
            double[] spoiled = [.. good.Scores];
            foreach (int row in segments[7].Rows) (spoiled[2 * row], spoiled[(2 * row) + 1]) = (spoiled[(2 * row) + 1], spoiled[2 * row]);

            var policy = new GatePolicy { Resamples = 400 };
            var healthy = Evidence.Segments("rocAuc", rows, champion, good, segments, policy);
            var poisoned = Evidence.Segments("rocAuc", rows, champion, good with { Scores = spoiled }, segments, policy);
            bool Worse(SegmentComparison s) => s.Comparison.Improvement < -policy.SegmentTolerance && s.Comparison.High < 0;

            Assert.Equal("7", Assert.Single(poisoned, Worse).Value);
            alarms += healthy.Count(Worse);
        }

        Assert.InRange(alarms, 0, 1);
    }

    [Fact]
    public void Perfectly_calibrated_answers_pass_the_calibration_gate_however_few_the_rows()
    {
        foreach (int count in new[] { 40, 100, 1000 })
        {
            for (ulong seed = 0; seed < 20; seed++)
            {
                // The label is drawn from the probability that is answered.
                double[] scores = [.. Enumerable.Range(0, count).SelectMany(r => Pair(Tidemark.Retraining.Data.SplitMix.Mix(seed, (ulong)r, 1) / Math.Pow(2, 64)))];
                int[] labels = [.. Enumerable.Range(0, count).Select(r => Tidemark.Retraining.Data.SplitMix.Mix(seed, (ulong)r, 2) / Math.Pow(2, 64) < scores[(2 * r) + 1] ? 1 : 0)];
                var (rows, model) = (new HeldOutRows(TrainingTask.Binary, labels, [], 2), new ModelScores(scores, 0.5));

                double error = Evidence.Measure(rows, model).CalibrationError!.Value, noise = CalibrationNoise.Of(rows, model, 1);

                Assert.InRange(error - noise, -0.1, 0.1);
            }
        }

        static double[] Pair(double p) => [1 - p, p];
    }

    [Fact]
    public void Segments_are_values_or_quartiles_with_enough_rows()
    {
        string?[] words = [.. Enumerable.Range(0, 100).Select(r => r < 55 ? "a" : r < 99 ? null : "rare")];
        string?[] numbers = [.. Enumerable.Range(0, 100).Select(r => r % 10 == 0 ? "" : $"{r}")];

        Assert.Equal([("(missing)", 44), ("a", 55)], Segmenting.Of("c", words, numeric: false, leastRows: 10).Select(s => (s.Value, s.Rows.Length)));
        var quartiles = Segmenting.Of("n", numbers, numeric: true, leastRows: 10).ToDictionary(s => s.Value, s => s.Rows.Length);
        Assert.Equal(5, quartiles.Count);
        Assert.Equal(10, quartiles["(missing)"]);
        Assert.All(quartiles.Values.Order().Skip(1), rows => Assert.InRange(rows, 20, 25));
    }

    private static GateReport Judge(Simulated simulated, ModelScores champion, ModelScores challenger, GatePolicy policy)
    {
        var rows = simulated.Rows();
        string metric = policy.Metric ?? Metrics.Default(rows.Task, rows.RarestShare);
        ModelEvidence Of(ModelScores model) => new(Evidence.Measure(rows, model), rows.Task == TrainingTask.Regression ? null : 0.05, 0.1, 1000, "linear");
        return Gates.Judge(policy, new ChallengerEvidence
        {
            Task = rows.Task,
            Rows = rows.Count,
            RarestShare = rows.RarestShare,
            Metric = metric,
            Challenger = Of(challenger),
            Champion = Of(champion),
            Absence = null,
            Overall = Evidence.Overall(metric, rows, champion, challenger, policy),
        });
    }
}
