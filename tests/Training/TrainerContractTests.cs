using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Local;
using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Verification;
using Tidemark.Validation.Expectations;
using Xunit;

namespace Tidemark.Tests.Training;

/// <summary>docs/training-contract.md, held by any trainer: a class per trainer gives its command line.</summary>
public abstract class TrainerContractTests
{
    private static readonly string Schemas = Path.Combine(Repository.Root, "docs/training-contract");

    protected abstract Task<TrainerCommand> CommandAsync();

    /// <summary>Trials of the run that is interrupted: enough work to be cut five times.</summary>
    protected virtual int LongTrials => 4;

    [Theory]
    [InlineData("binary", "stratified", 300)]
    [InlineData("binary", "key", 2400)]
    [InlineData("multiclass", "time", 900)]
    [InlineData("regression", "stratified", 2400)]
    public async Task A_run_is_whole_follows_the_schemas_and_passes_verification(string task, string split, int rows)
    {
        using var trainer = new TrainerProcess(await CommandAsync());
        var spec = TrainingData.Spec(task, split);
        spec["sensitive"] = new JsonArray("region");
        trainer.Write(TrainingData.Csv(rows, task), spec);

        int code = await trainer.RunAsync();

        Assert.True(code == 0, trainer.Said);
        Assert.False(Directory.Exists(Path.Combine(trainer.Output, RunFiles.Checkpoint)));
        AssertSchema("run-spec", JsonDocument.Parse(File.ReadAllBytes(trainer.SpecPath)).RootElement);
        foreach (string file in new[] { RunFiles.Metrics, RunFiles.Profile, RunFiles.Parity, RunFiles.Lineage, RunFiles.Manifest })
            AssertSchema(Path.GetFileNameWithoutExtension(file), trainer.Json(file));
        Assert.All(trainer.Lines, line => AssertSchema("progress", JsonDocument.Parse(line).RootElement));
        Assert.Equal(rows >= 2000 || split == "time" ? "holdout" : "5-fold", trainer.Json(RunFiles.Metrics).GetProperty("validationScheme").GetString());

        AssertSchema("run-spec", trainer.Json(RunFiles.Lineage).GetProperty("spec"));

        var verified = await RunVerification.VerifyAsync(trainer.Spec, trainer.Data, trainer.FetchAsync, TestContext.Current.CancellationToken);
        Assert.True(verified.Ok, verified.Failure?.Detail);
        double baseline = Loss(trainer, "baseline"), chosen = Loss(trainer, verified.Value.Candidate);
        Assert.True(chosen < 0.8 * baseline, $"{verified.Value.Candidate} has {chosen}, the baseline {baseline}.");
    }

    [Fact]
    public async Task The_same_run_twice_gives_the_same_bytes()
    {
        using var trainer = new TrainerProcess(await CommandAsync());
        trainer.Write(TrainingData.Csv(400, "binary"), TrainingData.Spec("binary"));
        Assert.True(await trainer.RunAsync() == 0, trainer.Said);
        var first = trainer.Results();

        Assert.True(await trainer.RunAsync() == 0, trainer.Said);

        Assert.Equal(first, trainer.Results());
    }

    [Fact]
    public async Task Preempted_four_times_and_killed_once_it_ends_with_the_same_bytes()
    {
        using var trainer = new TrainerProcess(await CommandAsync());
        trainer.Write(TrainingData.Csv(6000, "binary"), TrainingData.Spec("binary", trials: LongTrials));
        Assert.True(await trainer.RunAsync() == 0, trainer.Said);
        var whole = trainer.Results();
        Directory.Delete(trainer.Output, recursive: true);

        // A run that is done before the signal reaches it proves nothing: it begins anew, a little cut earlier each time.
        for (int cut = 0, tries = 0; cut < 5; cut++)
        {
            int signal = cut < 4 ? Signal.Terminate : Signal.Kill;
            int code = await trainer.InterruptAsync(signal, lines: tries < 2 ? 2 : 1);
            if (File.Exists(Path.Combine(trainer.Output, RunFiles.Manifest)))
            {
                Assert.True(++tries < 10, "The run is always done before it is interrupted: it needs more work.");
                Directory.Delete(trainer.Output, recursive: true);
                cut = -1;
                continue;
            }

            Assert.Equal(cut < 4 ? 75 : 128 + Signal.Kill, code);
            if (cut < 4) Assert.Contains("\"preempted\"", trainer.Lines[^1], StringComparison.Ordinal);
        }

        Assert.True(await trainer.RunAsync() == 0, trainer.Said);

        Assert.Equal(whole, trainer.Results());
        Assert.True(trainer.Json(RunFiles.Lineage).GetProperty("resumptions").GetInt32() >= 4);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(2400)]
    public async Task Test_rows_touch_nothing_but_the_test_figures(int rows)
    {
        using var trainer = new TrainerProcess(await CommandAsync());
        string csv = TrainingData.Csv(rows, "binary");
        trainer.Write(csv, TrainingData.Spec("binary"));
        Assert.True(await trainer.RunAsync() == 0, trainer.Said);
        var labels = (await Tidemark.Retraining.Data.LabelledRows.ReadAsync(trainer.Spec, trainer.Data, TestContext.Current.CancellationToken)).Value!;
        var clean = trainer.Json(RunFiles.Metrics);
        string profile = Convert.ToHexString(trainer.Content(RunFiles.Profile));

        string[] lines = csv.TrimEnd('\n').Split('\n');
        for (int row = 0; row < labels.Count; row++)
        {
            if (labels.Parts[row] == Tidemark.Retraining.Data.RowSplit.Test) lines[row + 1] = $"1e9,-1e9,spoiled,{row}e6,0,{lines[row + 1].Split(',')[^2]},{lines[row + 1].Split(',')[^1]}";
        }

        trainer.Write(string.Join('\n', lines) + "\n", TrainingData.Spec("binary"));
        Assert.True(await trainer.RunAsync() == 0, trainer.Said);

        var spoiled = trainer.Json(RunFiles.Metrics);
        Assert.Equal(clean.GetProperty("candidates").GetRawText(), spoiled.GetProperty("candidates").GetRawText());
        Assert.Equal(clean.GetProperty("validation").GetRawText(), spoiled.GetProperty("validation").GetRawText());
        Assert.NotEqual(clean.GetProperty("test").GetProperty("logLoss").GetDouble(), spoiled.GetProperty("test").GetProperty("logLoss").GetDouble());
        Assert.Equal(profile, Convert.ToHexString(trainer.Content(RunFiles.Profile)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task In_noise_nothing_is_found(ulong seed)
    {
        using var trainer = new TrainerProcess(await CommandAsync());
        double Draw(int row, int k) => Tidemark.Retraining.Data.SplitMix.Mix(seed, (ulong)row, (ulong)k) / Math.Pow(2, 64);
        var spec = TrainingData.Spec("binary", trials: 8);
        trainer.Write("amount,age,region,noise,label\n" + Repeat(300, row => $"{Draw(row, 1)},{Draw(row, 2)},r{(int)(4 * Draw(row, 3))},{Draw(row, 4)},{(Draw(row, 5) < 0.5 ? "yes" : "no")}"), spec);

        Assert.True(await trainer.RunAsync() == 0, trainer.Said);

        var metrics = trainer.Json(RunFiles.Metrics);
        Assert.Contains(metrics.GetProperty("chosen").GetString(), new[] { "baseline", "linear" });
        foreach (string rich in metrics.GetProperty("candidates").EnumerateArray().Select(c => c.GetProperty("name").GetString()!).Skip(2))
            Assert.True(Loss(trainer, rich) > 0.985 * Loss(trainer, "baseline"), $"{rich} has {Loss(trainer, rich)}, the baseline {Loss(trainer, "baseline")}.");
    }

    public static TheoryData<string, string, int, string> Hostile { get; } = new()
    {
        { "no rows", "amount,age,region,noise,label\n", 65, "no row" },
        { "empty file", "", 65, "header" },
        { "one class", "amount,age,region,noise,label\n" + Repeat(50, k => $"{k * 7 % 50},{k},a,1,yes"), 65, "yes" },
        { "one row", "amount,age,region,noise,label\n1,2,a,3,yes\n", 65, "yes" },
        { "no label", "amount,age,region,noise,label\n" + Repeat(50, k => $"{k},{k},a,1,"), 65, "label" },
        { "three classes", "amount,age,region,noise,label\n" + Repeat(60, k => $"{k},{k},a,1,c{k % 3}"), 65, "multiclass" },
        { "text in a number", "amount,age,region,noise,label\n" + Repeat(50, k => k == 30 ? "1,many,a,1,yes" : $"{k * 7 % 50},{k},a,1,{(k % 2 == 0 ? "yes" : "no")}"), 65, "many" },
        { "NA in a number", "amount,age,region,noise,label\n" + Repeat(50, k => k == 30 ? "1,NA,a,1,yes" : $"{k * 7 % 50},{k},a,1,{(k % 2 == 0 ? "yes" : "no")}"), 65, "NA" },
        { "all missing", "amount,age,region,noise,label\n" + Repeat(60, k => $",,,,{(k % 2 == 0 ? "yes" : "no")}"), 65, "usable" },
        { "ragged", "amount,age,region,noise,label\n" + Repeat(50, k => k == 20 ? "1,2" : $"{k * 7 % 50},{k},a,1,{(k % 2 == 0 ? "yes" : "no")}"), 65, "row 21" },
        { "missing column", "amount,age,region,label\n" + Repeat(50, k => $"{k * 7 % 50},{k},a,{(k % 2 == 0 ? "yes" : "no")}"), 65, "noise" },
        { "too few rows", "amount,age,region,noise,label\n1,2,a,3,yes\n2,3,a,4,no\n", 65, "" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task Data_that_cannot_be_trained_on_are_refused_with_a_word_and_leave_nothing(string name, string csv, int expected, string word)
    {
        using var trainer = new TrainerProcess(await CommandAsync());
        trainer.Write(csv, TrainingData.Spec("binary"));

        int code = await trainer.RunAsync();

        Assert.True(code == expected, $"{name}: {code}\n{trainer.Said}");
        var error = trainer.Lines.Where(l => l.StartsWith('{')).Select(l => JsonNode.Parse(l)!).Single(l => (string?)l["event"] == "error");
        Assert.Equal(expected, (int)error["code"]!);
        Assert.Contains(word, (string)error["title"]! + (string)error["detail"]!, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", trainer.Said, StringComparison.Ordinal);
        foreach (string file in RunFiles.Listed.Append(RunFiles.Manifest)) Assert.False(File.Exists(Path.Combine(trainer.Output, file)), $"{name} left {file}");
    }

    [Theory]
    [InlineData("""{"taks": "binary"}""", "taks", 64)]
    [InlineData("""{"features": [{"name": "label", "type": "numeric"}]}""", "label", 64)]
    [InlineData("""{"seed": -1}""", "seed", 64)]
    [InlineData("""{"split": {"kind": "time"}}""", "split.column", 64)]
    [InlineData("""{"dataset": {"path": "gone.csv"}}""", "gone.csv", 66)]
    [InlineData("""{"dataset": {"path": "data.csv", "sha256": "0000000000000000000000000000000000000000000000000000000000000000"}}""", "hash", 65)]
    public async Task A_wrong_spec_is_refused_by_the_name_of_its_fault(string changes, string word, int expected)
    {
        using var trainer = new TrainerProcess(await CommandAsync());
        var spec = TrainingData.Spec("binary");
        foreach (var (field, value) in JsonNode.Parse(changes)!.AsObject()) spec[field] = value?.DeepClone();
        trainer.Write(TrainingData.Csv(100, "binary"), spec);

        int code = await trainer.RunAsync();

        Assert.True(code == expected, $"{code}\n{trainer.Said}");
        Assert.Contains(word, trainer.Said, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(trainer.Output, RunFiles.Manifest)));
    }

    [Fact]
    public async Task A_hundred_thousand_categories_are_capped_and_identifiers_and_constants_dropped()
    {
        using var trainer = new TrainerProcess(await CommandAsync());
        string csv = "id,code,constant,region,amount,label\n" + Repeat(100_000, k => $"{k},c{k},1,r{k * 7919 % 100_000 % (k % 3 == 0 ? 50_000 : 3)},{k * 7919 % 101},{(k * 7919 % 101 > 50 ? "yes" : "no")}");
        var spec = TrainingData.Spec("binary");
        spec["features"] = new JsonArray(
            TrainingData.Feature("id", "numeric"), TrainingData.Feature("code", "categorical"), TrainingData.Feature("constant", "numeric"),
            TrainingData.Feature("region", "categorical"), TrainingData.Feature("amount", "numeric"));
        spec["candidates"] = new JsonArray("linear");
        trainer.Write(csv, spec);

        Assert.True(await trainer.RunAsync() == 0, trainer.Said);

        string[] dropped = [.. trainer.Json(RunFiles.Metrics).GetProperty("dropped").EnumerateArray().Select(d => d.GetProperty("column").GetString()!).Order()];
        Assert.Equal(["code", "constant", "id"], dropped);
        Assert.True(new FileInfo(Path.Combine(trainer.Output, RunFiles.Model)).Length < 100_000);
    }

    [Fact]
    public async Task Accuracy_alone_is_refused_where_a_class_is_rare()
    {
        using var trainer = new TrainerProcess(await CommandAsync());
        var spec = TrainingData.Spec("binary");
        spec["metrics"] = new JsonArray("accuracy");
        trainer.Write("amount,age,region,noise,label\n" + Repeat(300, k => $"{k * 7 % 50},{k * 11 % 60},a{k % 2},{k * 13 % 17},{(k % 10 == 0 ? "yes" : "no")}"), spec);

        Assert.Equal(65, await trainer.RunAsync());
        Assert.Contains("10 %", trainer.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Class_weights_leave_the_probabilities_at_the_base_rate()
    {
        using var trainer = new TrainerProcess(await CommandAsync());
        var spec = TrainingData.Spec("binary");
        spec["classWeights"] = new JsonObject { ["yes"] = 8 };
        trainer.Write(TrainingData.Csv(3000, "binary"), spec);

        Assert.True(await trainer.RunAsync() == 0, trainer.Said);

        var scores = trainer.Json(RunFiles.Profile).GetProperty("scores").EnumerateArray().Single(s => s.GetProperty("name").GetString() == "probabilities.yes");
        var metrics = trainer.Json(RunFiles.Metrics);
        Assert.Equal(metrics.GetProperty("validation").GetProperty("positiveRate").GetDouble(), scores.GetProperty("mean").GetDouble(), 0.06);
        // The model that is served must be put back like the answers that validation saw.
        var parity = ParityRows.Read(trainer.Content(RunFiles.Parity))!;
        double[] positive = [.. parity.Outputs.Probabilities!.Take(64).Select(p => p[1])];
        Assert.Equal(scores.GetProperty("mean").GetDouble(), positive.Average(), 0.12);
    }

    private static double Loss(TrainerProcess trainer, string candidate) => trainer.Json(RunFiles.Metrics).GetProperty("candidates").EnumerateArray()
        .Single(c => c.GetProperty("name").GetString() == candidate).GetProperty("loss").GetDouble();

    private static string Repeat(int rows, Func<int, string> row) => string.Concat(Enumerable.Range(0, rows).Select(k => row(k) + "\n"));

    private static void AssertSchema(string name, JsonElement document)
    {
        var (schema, fault) = JsonSchema.Parse(JsonNode.Parse(File.ReadAllText(Path.Combine(Schemas, $"{name}.schema.json"))));
        Assert.True(fault is null, fault?.ToString());
        Assert.True(schema!.Accepts(document), $"{name} does not follow its schema:\n{document.GetRawText()[..Math.Min(3000, document.GetRawText().Length)]}");
    }
}

/// <summary>The C# trainer.</summary>
public sealed class CSharpTrainerTests : TrainerContractTests
{
    protected override Task<TrainerCommand> CommandAsync() => Task.FromResult(TrainerCommand.CSharp);

    [Fact]
    public async Task Trees_of_five_folds_go_on_where_they_were_stopped()
    {
        using var trainer = new TrainerProcess(await CommandAsync());
        var spec = TrainingData.Spec("multiclass", trials: 8);
        spec["candidates"] = new JsonArray("trees");
        trainer.Write(TrainingData.Csv(1200, "multiclass"), spec);
        Assert.True(await trainer.RunAsync() == 0, trainer.Said);
        var whole = trainer.Results();
        Directory.Delete(trainer.Output, recursive: true);

        // On a slow machine the linear model alone may fill the lines; each try goes on from the last one's checkpoint.
        do Assert.Equal(75, await trainer.InterruptAsync(Signal.Terminate, lines: 4));
        while (!trainer.Lines.Any(line => line.Contains("\"trees\"", StringComparison.Ordinal)));
        Assert.True(await trainer.RunAsync() == 0, trainer.Said);

        Assert.Equal(whole, trainer.Results());
    }
}
