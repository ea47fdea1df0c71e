using Microsoft.ML.OnnxRuntime.Tensors;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Tabular;
using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Data;
using Tidemark.Retraining.Measures;

namespace Tidemark.Retraining.Verification;

/// <summary>The frozen hold-out: the test rows of a run, found again from its spec and its data, answered by any model of the same task.</summary>
internal sealed class HoldOut
{
    private readonly RunData data;
    private readonly LabelledRows labels;

    private HoldOut(RunData data, LabelledRows labels)
    {
        (this.data, this.labels) = (data, labels);
        int[] test = [.. Enumerable.Range(0, labels.Count).Where(row => labels.Parts[row] == RowSplit.Test)];
        Classes = Array.ConvertAll(test, row => labels.Classes[row]);
        Targets = labels.ClassNames is null ? Array.ConvertAll(test, row => labels.Targets[row]) : [];
    }

    public static async Task<Outcome<HoldOut>> ReadAsync(RunSpec spec, RunData data, CancellationToken cancellation)
    {
        var labels = await LabelledRows.ReadAsync(spec, data, cancellation);
        return labels.Ok ? new HoldOut(data, labels.Value) : labels.As<HoldOut>();
    }

    public string SplitSha256 => labels.SplitSha256;

    /// <summary>Test rows.</summary>
    public int Rows => Classes.Length;

    /// <summary>In class order; null for a regression.</summary>
    public string[]? ClassNames => labels.ClassNames;

    /// <summary>Per test row its class; all 0 for a regression.</summary>
    public int[] Classes { get; }

    /// <summary>Per test row its number; empty for a classification.</summary>
    public double[] Targets { get; }

    /// <summary>What one answers who knows nothing of a row: the class shares, or the mean, of the training rows.</summary>
    public double[] Baseline()
    {
        int[] training = [.. Enumerable.Range(0, labels.Count).Where(row => labels.Parts[row] == RowSplit.Training)];
        return ClassNames is { } names
            ? [.. Enumerable.Range(0, names.Length).Select(c => training.Count(row => labels.Classes[row] == c) / (double)training.Length)]
            : [training.Average(row => labels.Targets[row])];
    }

    /// <summary>What the model is worth on the hold-out, at this threshold where there are two classes.</summary>
    public async Task<Outcome<MeasureSet>> MeasureAsync(ModelAnswers model, double threshold, CancellationToken cancellation) =>
        (await AnswerAsync(model, cancellation)).Map(answers => Measure(answers, threshold));

    public MeasureSet Measure(double[] answers, double threshold) =>
        ClassNames is { } names ? Measuring.Classification(Classes, answers, names.Length, threshold) : Measuring.Regression(Targets, answers);

    /// <summary>The model's scores of the test rows, [rows, width].</summary>
    public async Task<Outcome<double[]>> AnswerAsync(ModelAnswers model, CancellationToken cancellation)
    {
        if (ClassNames is { } names && names.Length != model.Width)
            return new Failure(FailureKind.Unprocessable, "Other classes", $"The model gives {model.Width} probabilities; the data have {names.Length} classes.");
        double[] answers = new double[Rows * model.Width];
        int held = 0;
        string[] numbers = [.. model.Columns.Where(c => c.Type == TensorElementType.Float).Select(c => c.Name)];
        var failure = await EachAsync([.. model.Columns.Select(c => c.Name)], numbers, (batch, rows) =>
        {
            Put(model, batch, rows);
            if (model.Run(rows.Count) is { } refused) return refused;
            var scores = model.Scores[..(rows.Count * model.Width)];
            for (int k = 0; k < scores.Length; k++)
            {
                if (!float.IsFinite(scores[k])) return NotFinite(batch.FirstRow + rows[k / model.Width], scores[k]);
                answers[(held * model.Width) + k] = scores[k];
            }

            held += rows.Count;
            return null;
        }, cancellation);
        return failure is null ? answers : failure;
    }

    /// <summary>A column's cells of the test rows as text; null where a cell is missing.</summary>
    public async Task<Outcome<string?[]>> CellsAsync(string column, CancellationToken cancellation)
    {
        List<string?> cells = new(Rows);
        var failure = await EachAsync([column], [], (batch, rows) =>
        {
            var texts = (TextColumn)batch.Find(column)!;
            foreach (int row in rows) cells.Add(texts.IsMissing(row) ? null : CellMeaning.Category(System.Text.Encoding.UTF8.GetString(texts.Utf8(row))));
            return null;
        }, cancellation);
        return failure is null ? cells.ToArray() : failure;
    }

    private static Failure NotFinite(long row, float answer) =>
        new(FailureKind.Unprocessable, "Not a number", $"The model answers {answer.ToString(System.Globalization.CultureInfo.InvariantCulture)} to data row {row + 1}; answers must be finite whatever comes in.");

    private Task<Failure?> EachAsync(string[] columns, string[] numbers, Func<Table, List<int>, Failure?> take, CancellationToken cancellation)
    {
        int labelled = 0;
        return data.ReadAsync(columns, numbers, batch =>
        {
            List<int> rows = [];
            for (int row = 0; row < batch.Rows; row++)
            {
                if (labels.IsLabelled(batch.FirstRow + row) && labels.Parts[labelled++] == RowSplit.Test) rows.Add(row);
            }

            return rows.Count == 0 ? null : take(batch, rows);
        }, cancellation);
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
