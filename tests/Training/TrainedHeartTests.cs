using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Verification;
using Tidemark.Tests.EndToEnd;
using Xunit;

namespace Tidemark.Tests.Training;

/// <summary>A model that each trainer makes of the heart data is verified, registered and answers over HTTP as its trainer said.</summary>
[Collection(SuiteTests.Name)]
public sealed class TrainedHeartTests(SuiteFixture running)
{
    private static readonly string[] Categories = ["sex", "cp", "restecg", "slope", "thal"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public Task The_model_of_the_CSharp_trainer_answers_over_HTTP_as_its_trainer_said() => TrainAndServeAsync(TrainerCommand.CSharp, "heart-by-csharp");

    [Fact]
    public async Task The_model_of_the_PyTorch_trainer_answers_over_HTTP_as_its_trainer_said() => await TrainAndServeAsync(await TrainerCommand.PythonAsync(), "heart-by-pytorch");

    private async Task TrainAndServeAsync(TrainerCommand command, string model)
    {
        Assert.SkipWhen(Repository.Data is null, "The folder of real data is absent (TIDEMARK_DATA or ../shared/data).");
        string csv = await File.ReadAllTextAsync(Path.Combine(Repository.Data, "heart/heart_train.csv"), Cancellation);
        using var trainer = new TrainerProcess(command);
        var spec = TrainingData.Spec("binary", trials: 2);
        spec["label"] = new JsonObject { ["column"] = "target", ["positive"] = "1" };
        spec["features"] = new JsonArray([.. csv[..csv.IndexOf('\n', StringComparison.Ordinal)].Trim().Split(',')[..^1].Select(name => TrainingData.Feature(name, Categories.Contains(name) ? "categorical" : "numeric"))]);
        trainer.Write(csv, spec);
        Assert.True(await trainer.RunAsync() == 0, trainer.Said);
        var verified = await RunVerification.VerifyAsync(trainer.Spec, trainer.Data, trainer.FetchAsync, Cancellation);
        Assert.True(verified.Ok, verified.Failure?.Detail);
        Assert.True(verified.Value.Test.RocAuc > 0.75, $"The area under the ROC curve is {verified.Value.Test.RocAuc}.");

        string version = (string)(await running.Http.RegisterAsync(model, verified.Value.Model).JsonAsync(201))["version"]!;
        await running.Http.PromoteAsync(model, version, seen: null).JsonAsync();
        var parity = ParityRows.Read(trainer.Content(RunFiles.Parity))!;
        // JSON has no infinities, so the two rows that hold them stay with the check in ONNX Runtime.
        int[] rows = [.. Enumerable.Range(0, parity.Rows).Where(row => parity.Numeric.Values.All(cells => cells[row].ValueKind != JsonValueKind.String))];
        var columns = parity.Numeric.Keys.Concat(parity.Categorical.Keys).ToArray();
        var body = new
        {
            dataframe_split = new
            {
                columns,
                data = rows.Select(row => parity.Numeric.Values.Select(cells => (object?)(cells[row].ValueKind == JsonValueKind.Null ? null : cells[row])).Concat(parity.Categorical.Values.Select(cells => (object)cells[row]))),
            },
        };
        var answers = (await running.Http.PostAsJsonAsync($"models/{model}/invocations", body, Cancellation).JsonAsync())["predictions"]!.AsArray();

        Assert.Equal(rows.Length, answers.Count);
        for (int k = 0; k < rows.Length; k++)
        {
            Assert.Equal(parity.Outputs.Label![rows[k]], (string)answers[k]!["label"]!);
            for (int c = 0; c < 2; c++) Assert.Equal(parity.Outputs.Probabilities![rows[k]][c], (double)answers[k]!["probabilities"]![c]!, 1e-5);
        }
    }
}
