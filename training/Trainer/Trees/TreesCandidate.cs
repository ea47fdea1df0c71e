using Tidemark.Platform.Errors;
using Tidemark.Retraining.Data;
using Tidemark.Trainer.Data;
using Tidemark.Trainer.Runs;

namespace Tidemark.Trainer.Trees;

/// <summary>Histogram gradient-boosted trees: settings are tried in order, the best validation loss wins; with folds the folds' models are averaged.</summary>
internal static class TreesCandidate
{
    public const string Name = "trees";

    public static async Task<Outcome<Fitted>> FitAsync(Dataset data, Resampling resampling, int maxCategories, Work work)
    {
        var problem = work.Problem;
        List<Binned> folds = [];
        foreach (var fold in resampling.Folds)
        {
            var columns = TreeColumns.Fit(fold.Training, data.Ids, maxCategories, problem);
            var cuts = BinCuts.Fit(columns, fold.Training);
            var training = BinnedRows.Of(cuts, columns, fold.Training, work.Parallel);
            if (!resampling.HasFolds && await data.ReadOthersAsync((place, numbers, texts) => Bin(training, columns, place, numbers, texts), work.Stop) is { } failure) return failure;
            folds.Add(new(fold, columns, training, BinnedRows.Of(cuts, columns, fold.Validation, work.Parallel)));
        }

        var grid = TreeSettings.Grid(resampling.Whole.Rows, problem.Task);
        int trials = Math.Min(work.Trials, grid.Count);
        List<Trial> tried = [];
        Fitted? best = null;
        for (int trial = 0; trial < trials && !(best is not null && work.OutOfTime); trial++)
        {
            var fitted = Try(trial, trials, grid[trial], folds, resampling, work);
            double loss = fitted.Losses(problem, resampling.Validation).Average();
            work.Progress.Found(loss);
            tried.Add(new(fitted.Settings, loss));
            if (tried.TrueForAll(t => t.Loss >= loss)) best = fitted;
        }

        return best! with { Trials = tried };
    }

    private static Fitted Try(int trial, int trials, TreeSettings settings, List<Binned> folds, Resampling resampling, Work work)
    {
        var problem = work.Problem;
        var boosting = new BoostingOfFolds(settings, [.. folds.Select((fold, f) => (fold.Fold, new Boosting(
            settings, fold.Training, fold.Validation, fold.Fold, problem, SplitMix.Mix(problem.Seed, 21, (ulong)trial, (ulong)f), work.Parallel)))]);
        string unit = $"{Name}-{trial}";
        work.Checkpoints.Read(unit, boosting.Load);
        while (!boosting.Finished)
        {
            boosting.Step();
            work.Progress.Step(Name, (100L * trial) + Math.Min(99, boosting.Rounds / 10), 100L * trials);
            work.MayPause(unit, boosting.Save);
            if (work.OutOfTime && trial > 0) break;
        }

        work.Checkpoints.Write(unit, boosting.Save);
        double[] outputs = new double[resampling.Validation.Rows * problem.Outputs];
        List<IModel> models = [];
        for (int f = 0; f < folds.Count; f++)
        {
            var (fold, columns, _, _) = folds[f];
            var model = boosting[f].Model(columns, boosting.BestRounds);
            double[] scores = model.Score(fold.Validation);
            for (int row = 0; row < fold.Places.Length; row++)
                scores.AsSpan(row * problem.Outputs, problem.Outputs).CopyTo(outputs.AsSpan(fold.Places[row] * problem.Outputs));
            models.Add(model);
        }

        return new(Name, models.Count == 1 ? models[0] : new MeanModel(models), outputs, settings.Words(boosting.BestRounds), [], boosting[0].Curve);
    }

    private static void Bin(BinnedRows rows, TreeColumns columns, int place, float[] numbers, int[] texts)
    {
        var codes = rows.Codes.AsSpan(place * rows.Cuts.Columns, rows.Cuts.Columns);
        for (int f = 0; f < numbers.Length; f++) codes[f] = rows.Cuts.Bin(f, numbers[f]);
        for (int f = 0; f < texts.Length; f++) codes[numbers.Length + f] = rows.Cuts.Bin(numbers.Length + f, columns.Rank(f, texts[f]));
    }

    private sealed record Binned(Fold Fold, TreeColumns Columns, BinnedRows Training, BinnedRows Validation);
}
