using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Local;
using Tidemark.Retraining.Contract;
using Xunit;

namespace Tidemark.Tests.Training;

/// <summary>The PyTorch trainer, on Debian's PyTorch and a CPU.</summary>
public sealed class PyTorchTrainerTests : TrainerContractTests
{
    protected override int LongTrials => 3;

    [Fact]
    public async Task Both_trainers_see_the_same_rows_and_find_the_same_linear_model()
    {
        using var here = new TrainerProcess(TrainerCommand.CSharp);
        using var there = new TrainerProcess(await CommandAsync());
        foreach (var trainer in new[] { here, there })
        {
            var spec = TrainingData.Spec("multiclass");
            (spec["candidates"], spec["sensitive"]) = (new JsonArray("linear"), new JsonArray("region"));
            trainer.Write(TrainingData.Csv(1200, "multiclass").Replace(",3,", ",3.0,", StringComparison.Ordinal), spec);
            Assert.True(await trainer.RunAsync() == 0, trainer.Said);
        }

        AssertAlike(here.Json(RunFiles.Profile), there.Json(RunFiles.Profile), "profile", 2e-3);
        AssertAlike(here.Json(RunFiles.Metrics), there.Json(RunFiles.Metrics), "metrics", 2e-3);
        AssertAlike(here.Json(RunFiles.Parity), there.Json(RunFiles.Parity), "parity", 2e-3);
        Assert.Equal(here.Json(RunFiles.Lineage).GetProperty("splitSha256").GetString(), there.Json(RunFiles.Lineage).GetProperty("splitSha256").GetString());
    }

    [Fact]
    public async Task Trials_in_one_program_are_the_trials_alone_and_the_benchmark_prints_its_figures()
    {
        await using var bench = ChildProcess.Start(
            await TrainerCommand.PythonOrSkipAsync(), [Path.Combine(Repository.Root, "training/gpu/bench.py"), "--device", "cpu", "--quick"], null, "install Python");

        Assert.True(await bench.Exited == 0, string.Join('\n', bench.Output));

        var lines = bench.Output.Where(line => line.StartsWith('{')).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Contains(lines, line => (string?)line["case"] == "ceilings" && (double)line["teraflops"]! > 0);
        Assert.Contains(lines, line => (string?)line["case"] == "together" && (bool)line["same_as_alone"]!);
        foreach (string goal in new[] { "G1", "G2", "G3", "G4", "G5", "G6" }) Assert.Contains(lines, line => (string?)line["goal"] == goal);
    }

    protected override Task<TrainerCommand> CommandAsync() => TrainerCommand.PythonAsync();

    /// <summary>Numbers alike within a tolerance, absolute below 1 and relative above; everything else the same.</summary>
    private static void AssertAlike(JsonElement expected, JsonElement actual, string path, double tolerance)
    {
        Assert.True(expected.ValueKind == actual.ValueKind, $"{path}: {expected.ValueKind}, {actual.ValueKind}");
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                Assert.Equal(expected.EnumerateObject().Select(p => p.Name).Order(), actual.EnumerateObject().Select(p => p.Name).Order());
                foreach (var property in expected.EnumerateObject()) AssertAlike(property.Value, actual.GetProperty(property.Name), $"{path}.{property.Name}", tolerance);
                break;
            case JsonValueKind.Array:
                Assert.Equal(expected.GetArrayLength(), actual.GetArrayLength());
                foreach (var (index, item) in expected.EnumerateArray().Index()) AssertAlike(item, actual[index], $"{path}[{index}]", tolerance);
                break;
            case JsonValueKind.Number:
                double value = expected.GetDouble(), other = actual.GetDouble();
                Assert.True(Math.Abs(value - other) <= tolerance * Math.Max(1, Math.Abs(value)), $"{path}: {value}, {other}");
                break;
            case JsonValueKind.String:
                Assert.True(expected.GetString() == actual.GetString(), $"{path}: {expected.GetString()}, {actual.GetString()}");
                break;
            default:
                break;
        }
    }
}
