using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Evaluation;
using Tidemark.Retraining.Measures;
using Xunit;

namespace Tidemark.Tests.Training.Evaluation;

/// <summary>Each gate by itself: the number, the threshold, the sentence, and the edge between passing and failing.</summary>
public sealed class GatesTests
{
    internal static readonly ChallengerEvidence Good = new()
    {
        Task = TrainingTask.Binary,
        Rows = 400,
        RarestShare = 0.4,
        Metric = "rocAuc",
        Challenger = new(new MeasureSet { Rows = 400, CalibrationError = 0.05 }, 0.03, 0.2, 1000, "linear"),
        Champion = new(new MeasureSet { Rows = 400, CalibrationError = 0.05 }, 0.03, 0.2, 1000, "linear"),
        Absence = null,
        Overall = new(0.8, 0.85, 0.05, 0.02, 0.08),
        Segments = [new("region", "north", 90, "rocAuc", new(0.8, 0.86, 0.06, 0.01, 0.1))],
        Groups = [new("region", "recall", 0.1, 0.12, new Dictionary<string, double> { ["north"] = 0.7, ["south"] = 0.8 })],
    };

    [Fact]
    public void A_better_challenger_passes_every_gate()
    {
        var report = Gates.Judge(GatePolicy.Default, Good);

        Assert.True(report.Passed, report.Sentence);
        Assert.Equal(["rows", "metric", "champion", "better", "floor", "calibration", "segments", "groups", "latency", "size", "simplest"], report.Gates.Select(g => g.Gate));
        Assert.Equal(
            "Against the champion: rocAuc 0.8 -> 0.85, improvement +0.05 with interval [+0.02, +0.08]; its lower end must lie above 0.",
            report.Gates.Single(g => g.Gate == "better").Sentence);
    }

    [Fact]
    public void Better_is_the_lower_end_above_the_margin()
    {
        Assert.True(Gate("better", Good, new() { Margin = 0.0199 }).Passed);
        Assert.False(Gate("better", Good, new() { Margin = 0.02 }).Passed);
        Assert.Equal((0.02, 0.03), (Gate("better", Good, new() { Margin = 0.03 }) is var g ? (g.Number, g.Threshold) : default));
    }

    [Fact]
    public void Slightly_worse_passes_only_where_the_policy_allows_it()
    {
        var even = Good with { Overall = new(0.8, 0.8, 0, -0.008, 0.008) };

        Assert.False(Gate("better", even).Passed);
        Assert.True(Gate("better", even, new() { NonInferiority = 0.01 }).Passed);
        Assert.False(Gate("better", even, new() { NonInferiority = 0.008 }).Passed);
        Assert.False(Gate("better", Good with { Overall = new(null, null, null, null, null) }, new() { NonInferiority = 0.5 }).Passed);
    }

    [Fact]
    public void Accuracy_alone_is_refused_where_a_class_is_rare()
    {
        var accuracy = Good with { Metric = "accuracy", RarestShare = 0.19 };

        Assert.Equal((false, 0.19, 0.2), (Gate("metric", accuracy) is var g ? (g.Passed, g.Number, g.Threshold) : default));
        Assert.Contains("rarest class has 19 %", Gate("metric", accuracy).Sentence, StringComparison.Ordinal);
        Assert.True(Gate("metric", accuracy with { RarestShare = 0.2 }).Passed);
        Assert.True(Gate("metric", accuracy with { Metric = "prAuc" }).Passed);
        Assert.Equal(("prAuc", "rocAuc", "f1", "rmse"), (Metrics.Default(TrainingTask.Binary, 0.19), Metrics.Default(TrainingTask.Binary, 0.2), Metrics.Default(TrainingTask.Multiclass, 0.1), Metrics.Default(TrainingTask.Regression, 1)));
    }

    [Fact]
    public void Without_a_champion_the_policy_says_what_happens()
    {
        var first = Good with { Champion = null, Absence = new(false, "No version is champion yet.") };
        var unable = Good with { Champion = null, Absence = new(true, "The data have no column 'x'.") };

        Assert.True(Gate("champion", first).Passed);
        Assert.False(Gate("champion", first, new() { WhenNoChampion = WithoutChampion.Refuse }).Passed);
        Assert.False(Gate("champion", unable).Passed);
        Assert.Contains("no column 'x'", Gate("champion", unable).Sentence, StringComparison.Ordinal);
        Assert.True(Gate("champion", unable, new() { WhenChampionUnable = WithoutChampion.Baseline }).Passed);
        Assert.StartsWith("Against the baseline", Gate("better", first).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_floor_is_a_ceiling_for_errors()
    {
        Assert.True(Gate("floor", Good, new() { Floor = 0.85 }).Passed);
        Assert.False(Gate("floor", Good, new() { Floor = 0.8501 }).Passed);
        var errors = Good with { Metric = "rmse", Overall = new(2, 1.5, 0.25, 0.2, 0.3) };
        Assert.True(Gate("floor", errors, new() { Floor = 1.5 }).Passed);
        Assert.False(Gate("floor", errors, new() { Floor = 1.4 }).Passed);
    }

    [Fact]
    public void Calibration_is_held_to_the_bound_and_what_chance_gives()
    {
        ChallengerEvidence With(double? error) => Good with { Challenger = Good.Challenger with { Measures = new() { Rows = 400, CalibrationError = error } } };

        Assert.True(Gate("calibration", With(0.13)).Passed);
        Assert.Equal((false, 0.131, 0.13), (Gate("calibration", With(0.131)) is var g ? (g.Passed, g.Number, g.Threshold) : default));
        Assert.True(Gate("calibration", With(0.5), new() { MaxCalibrationError = null }).Passed);
        Assert.True(Gate("calibration", With(null)).Passed); // a regression
    }

    [Fact]
    public void A_segment_counts_as_worse_when_the_drop_is_large_and_sure()
    {
        ChallengerEvidence With(double gain, double high) => Good with { Segments = [.. Good.Segments, new("region", "south", 60, "rocAuc", new(0.8, 0.8 + gain, gain, gain - 0.1, high))] };

        Assert.False(Gate("segments", With(-0.05, -0.001)).Passed);
        Assert.Contains("region south (60 rows): rocAuc 0.8 -> 0.75", Gate("segments", With(-0.05, -0.001)).Sentence, StringComparison.Ordinal);
        Assert.True(Gate("segments", With(-0.05, 0.001)).Passed); // may be chance
        Assert.True(Gate("segments", With(-0.019, -0.001)).Passed); // sure and small
        Assert.True(Gate("segments", With(-0.05, -0.001), new() { SegmentTolerance = 0.06 }).Passed);
        Assert.True(Gate("segments", Good with { Segments = [] }).Passed);
    }

    [Fact]
    public void Groups_may_differ_up_to_the_bound()
    {
        Assert.True(Gate("groups", Good, new() { MaxGroupDifference = 0.1 }).Passed);
        Assert.False(Gate("groups", Good, new() { MaxGroupDifference = 0.09 }).Passed);
        Assert.Contains("north 0.7, south 0.8", Gate("groups", Good).Sentence, StringComparison.Ordinal);
        Assert.True(Gate("groups", Good, new() { MaxGroupDifference = null }).Passed);
    }

    [Fact]
    public void Latency_size_and_rows_are_bounded()
    {
        Assert.False(Gate("latency", Good, new() { MaxMilliseconds = 0.1 }).Passed);
        Assert.False(Gate("size", Good, new() { MaxBytes = 999 }).Passed);
        Assert.True(Gate("size", Good, new() { MaxBytes = 1000 }).Passed);
        Assert.False(Gate("rows", Good with { Rows = 29 }).Passed);
    }

    [Theory]
    [InlineData("linear", "trees", 0.004, false)]
    [InlineData("linear", "trees", 0.006, true)]
    [InlineData("trees", "linear", -0.004, true)]
    [InlineData("trees", "trees", 0, true)]
    [InlineData(null, "network", 0, true)]
    [InlineData("linear", null, 0, true)]
    public void Within_the_tolerance_the_simpler_model_wins(string? champion, string? challenger, double gain, bool passes)
    {
        var evidence = Good with { Champion = Good.Champion! with { Kind = champion }, Challenger = Good.Challenger with { Kind = challenger }, Overall = new(0.8, 0.8 + gain, gain, gain - 0.001, gain + 0.001) };

        Assert.Equal(passes, Gate("simplest", evidence).Passed);
    }

    [Fact]
    public void A_policy_that_makes_no_sense_is_refused_field_by_field()
    {
        var policy = new GatePolicy { Metric = "luck", Margin = -1, NonInferiority = 2, Confidence = 1, Resamples = 10, MinRows = 0, SegmentTolerance = double.NaN, MaxMilliseconds = 0, MaxBytes = 0, Segments = [""] };

        Assert.Equal(["metric", "margin", "nonInferiority", "confidence", "resamples", "minRows", "segmentTolerance", "maxMilliseconds", "maxBytes", "segments"], policy.Errors().Select(e => e.Field));
        Assert.Equal("nonInferiority", Assert.Single(new GatePolicy { Margin = 0.1, NonInferiority = 0.1 }.Errors()).Field);
        Assert.Empty(GatePolicy.Default.Errors());
    }

    private static GateResult Gate(string name, ChallengerEvidence evidence, GatePolicy? policy = null) => Gates.Judge(policy ?? GatePolicy.Default, evidence).Gates.Single(g => g.Gate == name);
}
