using System.Text;
using System.Text.Json.Nodes;
using Tidemark.Platform.Errors;
using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Verification;
using Xunit;

namespace Tidemark.Tests.Training;

/// <summary>What stands between a trainer and the registry: a run that is not what it says is refused.</summary>
public sealed class RunVerificationTests(TrainedRun run) : IClassFixture<TrainedRun>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_honest_run_passes_with_figures_computed_anew()
    {
        var verified = await VerifyAsync(run.Files());

        Assert.True(verified.Ok, verified.Failure?.Detail);
        Assert.InRange(verified.Value.ParityError, 0, 1e-5);
        Assert.Equal(run.Metrics("logLoss"), verified.Value.Test.LogLoss!.Value, 1e-5);
    }

    [Fact]
    public async Task A_run_without_its_manifest_is_no_run()
    {
        var files = run.Files();
        files.Remove(RunFiles.Manifest);

        Assert.Contains("not whole", (await VerifyAsync(files)).Failure!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_changed_after_the_run_is_found()
    {
        var files = run.Files();
        files[RunFiles.Profile] = [.. files[RunFiles.Profile], (byte)' '];

        Assert.Contains("changed after the run", (await VerifyAsync(files)).Failure!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Embellished_test_figures_are_found()
    {
        var failure = (await VerifyAsync(Edited(RunFiles.Metrics, m => m["test"]!["rocAuc"] = 0.999))).Failure!;

        Assert.Contains("rocAuc", failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_that_are_not_the_models_are_found()
    {
        var failure = (await VerifyAsync(Edited(RunFiles.Parity, p => p["outputs"]!["probabilities"]![3]![1] = 0.123))).Failure!;

        Assert.Contains("Parity answer 7", failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_split_is_found()
    {
        var failure = (await VerifyAsync(Edited(RunFiles.Lineage, l => l["splitSha256"] = new string('0', 64)))).Failure!;

        Assert.Contains("split otherwise", failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_model_is_refused()
    {
        var failure = (await VerifyAsync(Resealed(RunFiles.Model, Encoding.UTF8.GetBytes("not a model")))).Failure!;

        Assert.Contains("ONNX", failure.Title, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("3", "3.0")]
    public void Three_and_three_point_nought_are_one_category_in_serving(string one, string other)
    {
        using var model = ModelAnswers.Load(run.Files()[RunFiles.Model], run.Spec).Value!;
        string[] texts = [one, other, "south", "unheard of", ""];
        foreach (var (column, input) in model.Columns.Select((column, input) => (column, input)))
        {
            for (int row = 0; row < texts.Length; row++)
            {
                if (column.Name == "region") model.Put(input, Encoding.UTF8.GetBytes(texts[row]));
                else model.Put(input, row, 5);
            }
        }

        Assert.Null(model.Run(texts.Length));
        float[] scores = model.Scores.ToArray();

        Assert.Equal(scores[1], scores[3]);
        Assert.NotEqual(scores[1], scores[5]);
    }

    private Task<Outcome<VerifiedRun>> VerifyAsync(Dictionary<string, byte[]> files) =>
        RunVerification.VerifyAsync(run.Spec, run.Data, name => Task.FromResult(files.GetValueOrDefault(name)), Cancellation);

    private Dictionary<string, byte[]> Edited(string file, Action<JsonNode> edit)
    {
        var node = JsonNode.Parse(run.Files()[file])!;
        edit(node);
        return Resealed(file, Encoding.UTF8.GetBytes(node.ToJsonString()));
    }

    /// <summary>The run with one file exchanged and a manifest that fits: what a dishonest trainer would hand over.</summary>
    private Dictionary<string, byte[]> Resealed(string file, byte[] content)
    {
        var files = run.Files();
        files[file] = content;
        var manifest = RunManifest.Of(new string('0', 64), files.Where(f => f.Key != RunFiles.Manifest));
        files[RunFiles.Manifest] = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(manifest, System.Text.Json.JsonSerializerOptions.Web);
        return files;
    }
}

/// <summary>A run of the C# trainer, shared by tests that do not change it.</summary>
public sealed class TrainedRun : IAsyncLifetime
{
    private readonly TrainerProcess trainer = new(TrainerCommand.CSharp);

    internal RunSpec Spec => trainer.Spec;

    internal Tidemark.Retraining.Data.RunData Data => trainer.Data;

    public async ValueTask InitializeAsync()
    {
        trainer.Write(TrainingData.Csv(2400, "binary"), TrainingData.Spec("binary"));
        Assert.True(await trainer.RunAsync() == 0, trainer.Said);
    }

    public ValueTask DisposeAsync()
    {
        trainer.Dispose();
        return ValueTask.CompletedTask;
    }

    internal Dictionary<string, byte[]> Files() => RunFiles.Listed.Append(RunFiles.Manifest).ToDictionary(name => name, trainer.Content, StringComparer.Ordinal);

    internal double Metrics(string figure) => trainer.Json(RunFiles.Metrics).GetProperty("test").GetProperty(figure).GetDouble();
}
