using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Data;
using Tidemark.Retraining.Verification;
using Tidemark.Trainer.Data;
using Xunit;

namespace Tidemark.Tests.Training;

/// <summary>A run with more training rows than the trainer keeps as numbers: trees learn from the others too, which go straight into bins.</summary>
public sealed class LargeRunTests
{
    private const int Rows = 200_000;
    private const ulong Seed = 5;

    [Fact]
    public async Task Rows_beyond_those_that_are_kept_are_learned_from()
    {
        using var trainer = new TrainerProcess(TrainerCommand.CSharp);
        bool[] kept = Kept(out int training);
        Assert.InRange(training, Dataset.MostKept + 1000, Rows);
        trainer.Write(Csv(kept), Specification());

        Assert.True(await trainer.RunAsync() == 0, trainer.Said);

        var verified = await RunVerification.VerifyAsync(trainer.Spec, trainer.Data, trainer.FetchAsync, TestContext.Current.CancellationToken);
        Assert.True(verified.Ok, verified.Failure?.Detail);
        Assert.Equal("trees", verified.Value.Candidate);
        Assert.True(verified.Value.Test.RocAuc > 0.95, $"The area under the ROC curve is {verified.Value.Test.RocAuc}.");
        // From the kept rows alone one would learn that an amount above 100 means "no"; of all rows nine in ten say "yes".
        Assert.InRange(Probability(verified.Value.Model, trainer.Spec, amount: 100.5f), 0.7f, 1f);
        Assert.InRange(Probability(verified.Value.Model, trainer.Spec, amount: 3f), 0f, 0.2f);
    }

    /// <summary>Which rows are training rows whose cells are kept; the split by key does not look at labels.</summary>
    private static bool[] Kept(out int training)
    {
        var split = new SplitSpec { Kind = SplitKind.Key, Column = "who" };
        bool[] trains = [.. Enumerable.Range(0, Rows).Select(row => RowSplit.ByKey(split, RowSplit.Place(Encoding.UTF8.GetBytes($"u{row}"), Seed)) == RowSplit.Training)];
        training = trains.Count(t => t);
        ulong salt = SplitMix.Next(SplitMix.Mix(Seed, 13)), below = (ulong)((double)Dataset.MostKept / training * ulong.MaxValue);
        return [.. trains.Select((t, row) => t && SplitMix.Next((ulong)row ^ salt) < below)];
    }

    /// <summary>The label is whether one of amount and age is large, not both; above 100 it is "yes" but for a few rows that are kept.</summary>
    private static string Csv(bool[] kept)
    {
        var text = new StringBuilder("amount,age,who,label\n");
        for (int row = 0; row < Rows; row++)
        {
            double Draw(ulong k) => SplitMix.Mix(1, (ulong)row, k) / Math.Pow(2, 64);
            double age = 20 + Math.Floor(60 * Draw(2)), amount = 10 * Draw(1);
            bool yes = (amount > 5) != (age > 50);
            if (!kept[row] && Draw(3) < 0.5) (amount, yes) = (100 + Draw(4), true);
            else if (kept[row] && Draw(3) < 0.001) (amount, yes) = (100 + Draw(4), false);
            text.Append(CultureInfo.InvariantCulture, $"{amount:F3},{age},u{row},{(yes ? "yes" : "no")}\n");
        }

        return text.ToString();
    }

    private static JsonObject Specification() => new()
    {
        ["task"] = "binary",
        ["label"] = new JsonObject { ["column"] = "label", ["positive"] = "yes" },
        ["features"] = new JsonArray(TrainingData.Feature("amount", "numeric"), TrainingData.Feature("age", "numeric")),
        ["split"] = new JsonObject { ["kind"] = "key", ["column"] = "who" },
        ["seed"] = (long)Seed,
        ["candidates"] = new JsonArray("trees"),
        ["budget"] = new JsonObject { ["seconds"] = 300, ["trials"] = 1 },
    };

    private static float Probability(byte[] bytes, RunSpec spec, float amount)
    {
        using var model = ModelAnswers.Load(bytes, spec).Value!;
        foreach (var (column, input) in model.Columns.Select((column, input) => (column, input))) model.Put(input, 0, column.Name == "amount" ? amount : 30);
        Assert.Null(model.Run(1));
        return model.Scores[1];
    }
}
