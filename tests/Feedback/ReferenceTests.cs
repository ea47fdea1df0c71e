using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Feedback;
using Tidemark.Feedback.Estimation;
using Tidemark.Feedback.Metrics;
using Xunit;

namespace Tidemark.Tests.Feedback;

/// <summary>Metrics, calibration and estimates against scikit-learn and scipy (reference.py).</summary>
public sealed class ReferenceTests
{
    private static readonly JsonNode Fixture = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests/Feedback/reference.json")))!;

    public static TheoryData<int> Evaluations => [.. Enumerable.Range(0, Fixture["evaluations"]!.AsArray().Count)];

    public static TheoryData<int> Isotonics => [.. Enumerable.Range(0, Fixture["isotonic"]!.AsArray().Count)];

    public static TheoryData<int, string> Estimations =>
        new(from i in Enumerable.Range(0, Fixture["estimations"]!.AsArray().Count) from metric in EstimatedMetric.Names select (i, metric));

    [Theory]
    [MemberData(nameof(Evaluations))]
    public void Metrics_and_intervals_are_those_of_scikit_learn(int place)
    {
        JsonNode expected = Fixture["evaluations"]![place]!;

        var answer = EvaluationRequest.Parse(expected["request"].Deserialize<JsonElement>()).Then(Evaluation.Of);

        Assert.True(answer.Ok, answer.Failure?.Detail);
        foreach ((string name, JsonNode? figures) in expected["metrics"]!.AsObject())
        {
            MetricValue found = answer.Value.Metrics[name];
            double?[] parts = [found.Value, found.Low, found.High];
            for (int i = 0; i < figures!.AsArray().Count; i++)
                Near((double)figures[i]!, parts[i], $"{name}[{i}]");
            Assert.True(found is { Low: <= double.MaxValue, High: <= double.MaxValue } && found.Low <= found.Value && found.Value <= found.High, $"{name} has no interval around it");
        }

        if (expected["matrix"] is { } matrix)
            Assert.Equal(matrix.Deserialize<long[][]>(), answer.Value.ConfusionMatrix!.Matrix);
    }

    [Theory]
    [MemberData(nameof(Isotonics))]
    public void Isotonic_calibration_is_that_of_scikit_learn(int place)
    {
        JsonNode given = Fixture["isotonic"]![place]!;

        double[] found = IsotonicCalibration.Fit(given["scores"].Deserialize<double[]>(), given["labels"].Deserialize<int[]>()).Apply(given["at"].Deserialize<double[]>());

        Assert.All(found.Zip(given["expected"].Deserialize<double[]>()!), pair => Near(pair.Second, pair.First, "probability"));
    }

    [Theory]
    [MemberData(nameof(Estimations))]
    public void Estimates_sampling_errors_thresholds_and_alerts_are_those_of_CBPE(int place, string metric)
    {
        JsonNode given = Fixture["estimations"]![place]!;
        JsonNode expected = given["answers"]![metric]!;
        JsonObject request = given["request"]!.DeepClone().AsObject();
        request["metric"] = metric;

        var answer = EstimationRequest.Parse(request.Deserialize<JsonElement>()).Then(EstimationAnswer.Of);

        Assert.True(answer.Ok, answer.Failure?.Detail);
        Near((double)expected["lower"]!, answer.Value.LowerThreshold, "lower");
        Near((double)expected["upper"]!, answer.Value.UpperThreshold, "upper");
        Assert.Equal(expected["chunks"]!.AsArray().Count, answer.Value.Chunks.Count);
        foreach ((ChunkEstimate chunk, JsonNode? figures) in answer.Value.Chunks.Zip(expected["chunks"]!.AsArray()))
        {
            Near((double)figures![0]!, chunk.Estimate, "estimate");
            Near((double)figures[1]!, chunk.SamplingError, "sampling error");
            Assert.Equal((bool)figures[2]!, chunk.Alert);
        }
    }

    private static void Near(double expected, double? found, string what) =>
        Assert.True(found is { } value && Math.Abs(value - expected) <= 1e-9 * Math.Max(1, Math.Abs(expected)), $"{what} is {found}, not {expected}");
}
