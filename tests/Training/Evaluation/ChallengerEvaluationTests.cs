using System.Text;
using Microsoft.ML.OnnxRuntime.Tensors;
using Tidemark.Platform.Errors;
using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Data;
using Tidemark.Retraining.Evaluation;
using Tidemark.Tests.Platform.Inference;
using Xunit;

namespace Tidemark.Tests.Training.Evaluation;

/// <summary>Models of the real trainer, answered in ONNX Runtime on the rows that one of them held out.</summary>
public sealed class ChallengerEvaluationTests(RivalRuns runs) : IClassFixture<RivalRuns>
{
    private static readonly GatePolicy Policy = new() { Resamples = 400, Segments = ["region", "age"] };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_champion_an_honest_model_beats_the_baseline()
    {
        var evidence = await EvaluateAsync(runs.Honest, champion: null);

        Assert.Equal((new ChampionAbsence(false, "No version is champion yet."), null), (evidence.Absence, evidence.Champion));
        Assert.Equal("rocAuc", evidence.Metric);
        Assert.Equal(0.5, evidence.Overall.Reference);
        Assert.Equal(runs.HonestTest("rocAuc"), evidence.Challenger.Measures.RocAuc!.Value, 1e-6);
        Assert.Equal(runs.HonestTest("rocAuc"), evidence.Overall.Challenger!.Value, 1e-6);
        Assert.Equal(runs.HonestTest("calibrationError"), evidence.Challenger.Measures.CalibrationError!.Value, 0.01);
        Assert.Equal(["3", "north", "south", "west, far"], evidence.Segments.Where(s => s.Column == "region").Select(s => s.Value).Order(StringComparer.Ordinal));
        Assert.InRange(evidence.Segments.Count(s => s.Column == "age"), 4, 5);
        Assert.Equal("recall", Assert.Single(evidence.Groups).Measure);
        Assert.True(evidence.Challenger is { Milliseconds: > 0, Bytes: > 0, Kind: not null });
        var report = Gates.Judge(Policy with { MaxGroupDifference = null, MaxMilliseconds = 1000 }, evidence);
        Assert.True(report.Passed, report.Sentence);
    }

    [Fact]
    public async Task Against_itself_a_model_does_not_pass_and_against_poisoned_labels_it_does()
    {
        var policy = Policy with { MaxGroupDifference = null, MaxMilliseconds = 1000 };

        Assert.Equal(["better"], Failed(policy, await EvaluateAsync(runs.Honest, runs.Honest)));
        Assert.Empty(Failed(policy, await EvaluateAsync(runs.Honest, runs.Poisoned)));
        Assert.Contains("better", Failed(policy, await EvaluateAsync(runs.Poisoned, runs.Honest)));
        Assert.Contains("better", Failed(policy, await EvaluateAsync(runs.Poisoned, champion: null)));
    }

    [Fact]
    public async Task A_champion_that_counts_the_classes_the_other_way_round_is_compared_class_by_class()
    {
        var evidence = await EvaluateAsync(runs.Honest, runs.Turned);

        Assert.Null(evidence.Absence);
        Assert.InRange(Math.Abs(evidence.Overall.Improvement!.Value), 0, 0.02);
        Assert.Equal(evidence.Champion!.Measures.Rows, evidence.Challenger.Measures.Rows);
        // Its threshold is on the other class; its answers are its own all the same.
        Assert.InRange(evidence.Champion.Measures.Accuracy!.Value, evidence.Challenger.Measures.Accuracy!.Value - 0.1, 1);
    }

    [Fact]
    public async Task A_champion_of_other_columns_or_outputs_is_said_to_be_unable()
    {
        var other = await EvaluateAsync(runs.Honest, runs.OtherColumns);
        var foreign = await EvaluateAsync(runs.Honest, Models.Linear([1, 2]).ToBytes());
        var broken = await EvaluateAsync(runs.Honest, Encoding.UTF8.GetBytes("no model"));

        Assert.True(other.Absence!.Unable);
        Assert.Contains("'height'", other.Absence.Reason, StringComparison.Ordinal);
        Assert.True(foreign.Absence!.Unable);
        Assert.True(broken.Absence!.Unable);
        Assert.Contains("champion", Failed(Policy, other));
        Assert.DoesNotContain("champion", Failed(Policy with { WhenChampionUnable = WithoutChampion.Baseline }, other));
    }

    [Fact]
    public async Task A_policy_that_does_not_fit_the_run_is_refused()
    {
        var metric = await ChallengerEvaluation.RunAsync(runs.Spec, runs.Data, runs.Honest, null, new() { Metric = "rmse" }, TimeProvider.System, Cancellation);
        var segment = await ChallengerEvaluation.RunAsync(runs.Spec, runs.Data, runs.Honest, null, new() { Segments = ["planet"] }, TimeProvider.System, Cancellation);
        var challenger = await ChallengerEvaluation.RunAsync(runs.Spec, runs.Data, runs.OtherColumns, null, new(), TimeProvider.System, Cancellation);

        Assert.All(new[] { metric, segment, challenger }, refused => Assert.Equal(FailureKind.Unprocessable, refused.Failure!.Kind));
        Assert.Contains("'planet'", segment.Failure!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_answers_NaN_is_refused_with_the_row()
    {
        var numbers = TrainingData.Spec("regression");
        (numbers["contract"], numbers["dataset"]) = (1, new System.Text.Json.Nodes.JsonObject { ["path"] = "data.csv" });
        var spec = RunSpecReader.Read(Encoding.UTF8.GetBytes(numbers.ToJsonString())).Value!;
        byte[] csv = Encoding.UTF8.GetBytes(TrainingData.Csv(400, "regression"));
        byte[] echo = new OnnxWriter().Input("amount", TensorElementType.Float, -1, 1).Output("prediction", TensorElementType.Float, -1, 1).Node("Identity", ["amount"], ["prediction"]).ToBytes();
        Task<Outcome<ChallengerEvidence>> Run(byte[] data) => ChallengerEvaluation.RunAsync(spec, new RunData(_ => Task.FromResult<Stream>(new MemoryStream(data))), echo, null, new() { Resamples = 200 }, TimeProvider.System, Cancellation);

        var missing = await Run(csv);
        var whole = await Run(Encoding.UTF8.GetBytes(string.Join('\n', Encoding.UTF8.GetString(csv).Split('\n').Where(line => !line.StartsWith(',')))));

        Assert.Contains("NaN to data row", missing.Failure!.Detail, StringComparison.Ordinal);
        Assert.Equal("rmse", whole.Value!.Metric);
        Assert.True(whole.Value.Overall.Improvement < 0, "an amount is no prediction of the label");
        Assert.Null(whole.Value.Challenger.CalibrationNoise);
    }

    private static string[] Failed(GatePolicy policy, ChallengerEvidence evidence) => [.. Gates.Judge(policy, evidence).Gates.Where(g => !g.Passed).Select(g => g.Gate)];

    private async Task<ChallengerEvidence> EvaluateAsync(byte[] challenger, byte[]? champion)
    {
        var evidence = await ChallengerEvaluation.RunAsync(runs.Spec, runs.Data, challenger, champion, Policy, TimeProvider.System, Cancellation);
        Assert.True(evidence.Ok, evidence.Failure?.Detail);
        return evidence.Value;
    }
}

/// <summary>Four runs of the trainer on rows of the same kind.</summary>
public sealed class RivalRuns : IAsyncLifetime
{
    private const int Rows = 2400;
    private readonly TrainerProcess honest = new(TrainerCommand.CSharp);

    internal RunSpec Spec => honest.Spec with { Sensitive = ["region"] };

    internal RunData Data => honest.Data;

    internal byte[] Honest => honest.Content(RunFiles.Model);

    /// <summary>Trained on labels that were exchanged.</summary>
    internal byte[] Poisoned { get; private set; } = [];

    /// <summary>Trained with the other class as the positive one.</summary>
    internal byte[] Turned { get; private set; } = [];

    /// <summary>Trained on a column that the others do not have.</summary>
    internal byte[] OtherColumns { get; private set; } = [];

    internal double HonestTest(string figure) => honest.Json(RunFiles.Metrics).GetProperty("test").GetProperty(figure).GetDouble();

    public async ValueTask InitializeAsync()
    {
        string csv = TrainingData.Csv(Rows, "binary");
        await TrainAsync(honest, csv);
        Poisoned = await ModelAsync(csv.Replace(",yes\n", ",maybe\n", StringComparison.Ordinal).Replace(",no\n", ",yes\n", StringComparison.Ordinal).Replace(",maybe\n", ",no\n", StringComparison.Ordinal));
        Turned = await ModelAsync(csv, positive: "no");
        OtherColumns = await ModelAsync(csv.Replace("amount,age,", "amount,height,", StringComparison.Ordinal), age: "height");
    }

    public ValueTask DisposeAsync()
    {
        honest.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task<byte[]> ModelAsync(string csv, string positive = "yes", string age = "age")
    {
        using var trainer = new TrainerProcess(TrainerCommand.CSharp);
        await TrainAsync(trainer, csv, positive, age);
        return trainer.Content(RunFiles.Model);
    }

    private static async Task TrainAsync(TrainerProcess trainer, string csv, string positive = "yes", string age = "age")
    {
        var spec = TrainingData.Spec("binary");
        spec["label"]!["positive"] = positive;
        spec["features"]![1]!["name"] = age;
        spec["candidates"] = new System.Text.Json.Nodes.JsonArray("linear", "additive");
        trainer.Write(csv, spec);
        Assert.True(await trainer.RunAsync() == 0, trainer.Said);
    }
}
