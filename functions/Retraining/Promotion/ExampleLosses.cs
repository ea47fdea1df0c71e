using System.Globalization;
using System.Text;
using Microsoft.ML.OnnxRuntime.Tensors;
using Tidemark.Platform.Errors;
using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Data;
using Tidemark.Retraining.Datasets;
using Tidemark.Retraining.Verification;

namespace Tidemark.Retraining.Promotion;

/// <summary>How wrong a model is on labelled rows of the log: 1 or 0 for classes, the squared error for numbers.</summary>
internal static class ExampleLosses
{
    private const int Chunk = 1000;

    /// <param name="bytes">The model; it must keep the training contract for these features.</param>
    /// <param name="spec">Task and features.</param>
    /// <param name="columns">What the rows' cells are.</param>
    /// <param name="rows">Labelled rows.</param>
    /// <returns>A loss per row; NaN where the label is no number and should be one.</returns>
    public static Outcome<double[]> Of(byte[] bytes, RunSpec spec, IReadOnlyList<string> columns, IReadOnlyList<LoggedExample> rows)
    {
        var loaded = ModelAnswers.Load(bytes, spec);
        if (!loaded.Ok) return loaded.Failure;
        using var model = loaded.Value;
        (int Cell, bool Number)[] inputs = [.. model.Columns.Select(c => (columns.ToList().IndexOf(c.Name), c.Type == TensorElementType.Float))];
        double[] losses = new double[rows.Count];
        for (int from = 0; from < rows.Count; from += Chunk)
        {
            int count = Math.Min(Chunk, rows.Count - from);
            for (int i = 0; i < inputs.Length; i++)
            {
                for (int row = 0; row < count; row++) Put(model, i, row, rows[from + row].Cells[inputs[i].Cell], inputs[i].Number);
            }

            if (model.Run(count) is { } failure) return failure;
            for (int row = 0; row < count; row++) losses[from + row] = Loss(model, spec, row, rows[from + row].Label);
        }

        return losses;
    }

    private static void Put(ModelAnswers model, int input, int row, string cell, bool number)
    {
        if (number) model.Put(input, row, double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? (float)value : float.NaN);
        else model.Put(input, Encoding.UTF8.GetBytes(cell));
    }

    private static double Loss(ModelAnswers model, RunSpec spec, int row, string label)
    {
        if (spec.IsClassification) return model.Label(row) == CellMeaning.Category(label) ? 0 : 1;
        double error = model.Scores[row] - (double.TryParse(label, NumberStyles.Float, CultureInfo.InvariantCulture, out double truth) ? truth : double.NaN);
        return error * error;
    }
}
