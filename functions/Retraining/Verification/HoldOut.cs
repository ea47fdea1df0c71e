using Microsoft.ML.OnnxRuntime.Tensors;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Tabular;
using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Data;
using Tidemark.Retraining.Measures;

namespace Tidemark.Retraining.Verification;

/// <summary>The frozen hold-out: the test rows of a run, found again from its spec and its data, answered by any model of the same task.</summary>
internal sealed class HoldOut(RunData data, LabelledRows labels)
{
    public static async Task<Outcome<HoldOut>> ReadAsync(RunSpec spec, RunData data, CancellationToken cancellation)
    {
        var labels = await LabelledRows.ReadAsync(spec, data, cancellation);
        return labels.Ok ? new HoldOut(data, labels.Value) : labels.As<HoldOut>();
    }

    public string SplitSha256 => labels.SplitSha256;

    /// <summary>Test rows.</summary>
    public int Rows => labels.RowsOf(RowSplit.Test);

    /// <summary>What the model is worth on the hold-out, at this threshold where there are two classes.</summary>
    public async Task<Outcome<MeasureSet>> MeasureAsync(ModelAnswers model, double threshold, CancellationToken cancellation)
    {
        if (labels.ClassNames is { } names && names.Length != model.Width)
            return new Failure(FailureKind.Unprocessable, "Other classes", $"The model gives {model.Width} probabilities; the data have {names.Length} classes.");
        double[] answers = new double[Rows * model.Width];
        int labelled = 0, held = 0;
        string[] numbers = [.. model.Columns.Where(c => c.Type == TensorElementType.Float).Select(c => c.Name)];
        var failure = await data.ReadAsync([.. model.Columns.Select(c => c.Name)], numbers, batch =>
        {
            List<int> rows = [];
            for (int row = 0; row < batch.Rows; row++)
            {
                if (labels.IsLabelled(batch.FirstRow + row) && labels.Parts[labelled++] == RowSplit.Test) rows.Add(row);
            }

            if (rows.Count == 0) return null;
            Put(model, batch, rows);
            if (model.Run(rows.Count) is { } refused) return refused;
            var scores = model.Scores;
            for (int k = 0; k < rows.Count * model.Width; k++) answers[(held * model.Width) + k] = scores[k];
            held += rows.Count;
            return null;
        }, cancellation);
        if (failure is not null) return failure;
        int[] test = [.. Enumerable.Range(0, labels.Count).Where(row => labels.Parts[row] == RowSplit.Test)];
        return labels.ClassNames is { } classes
            ? Measuring.Classification(Array.ConvertAll(test, row => labels.Classes[row]), answers, classes.Length, threshold)
            : Measuring.Regression(Array.ConvertAll(test, row => labels.Targets[row]), answers);
    }

    private static void Put(ModelAnswers model, Table batch, List<int> rows)
    {
        foreach (var (column, input) in model.Columns.Select((column, input) => (column, input)))
        {
            var cells = batch.Find(column.Name)!;
            for (int k = 0; k < rows.Count; k++)
            {
                if (cells is RealColumn numbers) model.Put(input, k, numbers.IsMissing(rows[k]) ? float.NaN : (float)numbers.Values[rows[k]]);
                else model.Put(input, ((TextColumn)cells).Utf8(rows[k]));
            }
        }
    }
}
