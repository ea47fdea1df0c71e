using System.Text.Json.Nodes;
using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Evaluation;
using Xunit;

namespace Tidemark.Tests.Training.Evaluation;

/// <summary>Metrics and intervals against numpy and scikit-learn (reference.py), and what must hold for any rows.</summary>
public sealed class PairedBootstrapTests
{
    private static readonly JsonArray Fixture = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests/Training/Evaluation/reference.json")))!.AsArray();

    public static TheoryData<string, string> Cases { get; } = [.. Fixture.Select(c => ((string)c!["task"]!, (string)c["metric"]!))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Intervals_equal_those_of_the_reference(string task, string metric)
    {
        var expected = Fixture.Single(c => (string)c!["task"]! == task && (string)c["metric"]! == metric)!;
        var simulated = new Simulated(Enum.Parse<TrainingTask>(task, ignoreCase: true), 150);
        var (before, after) = simulated.Reference();

        var found = PairedBootstrap.Compare(metric, simulated.Rows(), before, after, new GatePolicy { Resamples = 200 }, 0.9);

        Assert.Equal((double)expected["reference"]!, found.Reference!.Value, 1e-9);
        Assert.Equal((double)expected["challenger"]!, found.Challenger!.Value, 1e-9);
        Assert.Equal((double)expected["improvement"]!, found.Improvement!.Value, 1e-9);
        Assert.Equal((double)expected["low"]!, found.Low!.Value, 1e-9);
        Assert.Equal((double)expected["high"]!, found.High!.Value, 1e-9);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Weights_of_one_give_the_measure_and_weights_count_rows_repeated(string task, string metric)
    {
        var simulated = new Simulated(Enum.Parse<TrainingTask>(task, ignoreCase: true), 90, seed: 8);
        var (rows, model) = (simulated.Rows(), simulated.Reference().After);
        int[] weights = [.. Enumerable.Range(0, rows.Count).Select(r => (r * 7) % 4)];
        int[] repeated = [.. weights.SelectMany((w, row) => Enumerable.Repeat(row, w))];

        double weighted = WeightedMetric.Prepare(metric, rows, model).Of(weights)!.Value;

        Assert.Equal(Figure(metric, rows, model), WeightedMetric.Prepare(metric, rows, model).Of([.. Enumerable.Repeat(1, rows.Count)])!.Value, 1e-12);
        Assert.Equal(Figure(metric, rows.Only(repeated), model.Only(repeated, rows.Width)), weighted, 1e-12);
    }

    [Fact]
    public void A_metric_that_does_not_exist_is_none()
    {
        var rows = new HeldOutRows(TrainingTask.Binary, [1, 1, 1], [], 2);
        var model = new ModelScores([0.1, 0.9, 0.5, 0.5, 0.3, 0.7], 0.5);

        Assert.Equal(new Comparison(null, null, null, null, null), PairedBootstrap.Compare("rocAuc", rows, model, model, GatePolicy.Default, 0.95));
        Assert.NotNull(PairedBootstrap.Compare("logLoss", rows, model, model, GatePolicy.Default, 0.95).Low);
    }

    [Fact]
    public void The_same_rows_give_the_same_interval_and_another_seed_another()
    {
        var simulated = new Simulated(TrainingTask.Binary, 120);
        var (before, after) = simulated.Reference();
        Comparison Of(long seed) => PairedBootstrap.Compare("logLoss", simulated.Rows(), before, after, new GatePolicy { Resamples = 200, Seed = seed }, 0.95);

        Assert.Equal(Of(1), Of(1));
        Assert.NotEqual(Of(1).Low, Of(2).Low);
    }

    private static double Figure(string metric, HeldOutRows rows, ModelScores model) =>
        Evidence.Measure(rows, model).Figures().Single(f => f.Name == metric).Value;
}
