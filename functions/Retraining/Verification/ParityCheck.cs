using System.Text;
using System.Text.Json;
using Tidemark.Platform.Errors;
using Tidemark.Retraining.Contract;

namespace Tidemark.Retraining.Verification;

/// <summary>Holds a model's answers in ONNX Runtime to the answers that its trainer wrote down.</summary>
internal static class ParityCheck
{
    private const double MostTolerance = 1e-3;

    /// <summary>The largest difference, relative to the tolerance's scale (absolute below 1, relative above), or the row that differs.</summary>
    public static Outcome<double> Run(ModelAnswers model, byte[] file, RunSpec spec)
    {
        ParityRows? parity;
        try
        {
            parity = ParityRows.Read(file);
        }
        catch (JsonException wrong)
        {
            return Refused($"{RunFiles.Parity} can't be read: {wrong.Message}");
        }

        if (parity is null || parity.Rows < 1 || Put(model, parity) is { } missing) return Refused($"{RunFiles.Parity} does not fit the model: it lacks columns or rows.");
        if (parity.Tolerance is not (> 0 and <= MostTolerance)) return Refused($"The tolerance of {RunFiles.Parity} is {parity.Tolerance}; at most {MostTolerance} is taken.");
        if (model.Run(parity.Rows) is { } failure) return failure with { Kind = FailureKind.Unprocessable };
        return spec.IsClassification
            ? Classes(model, parity)
            : parity.Outputs.Prediction is { } predictions && predictions.Length == parity.Rows ? Largest(model.Scores, predictions, parity.Tolerance) : Refused($"{RunFiles.Parity} has no predictions.");
    }

    private static Outcome<double> Classes(ModelAnswers model, ParityRows parity)
    {
        if (parity.Outputs is not { Label: { } labels, Probabilities: { } rows } || labels.Length != parity.Rows || rows.Length != parity.Rows || rows.Any(r => r.Length != model.Width))
            return Refused($"{RunFiles.Parity} has not {model.Width} probabilities and a label for each of {parity.Rows} rows.");
        var largest = Largest(model.Scores, [.. rows.SelectMany(r => r)], parity.Tolerance);
        if (!largest.Ok) return largest;
        for (int row = 0; row < labels.Length; row++)
        {
            // A probability at the threshold may fall on either side of it.
            double[] p = rows[row];
            bool close = p.Length > 1 && Math.Abs(p.Max() - p.Order().ElementAt(p.Length - 2)) < parity.Tolerance;
            if (model.Label(row) != labels[row] && !close && !AtThreshold(model, p, parity.Tolerance))
                return Refused($"Parity row {row}: ONNX Runtime answers '{model.Label(row)}', the trainer said '{labels[row]}'.");
        }

        return largest;
    }

    private static bool AtThreshold(ModelAnswers model, double[] p, double tolerance) =>
        p.Length == 2 && model.Model.CustomMetadata.TryGetValue("threshold", out string? text)
        && double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out double threshold) && Math.Abs(p[1] - threshold) < tolerance;

    private static Outcome<double> Largest(ReadOnlySpan<float> answers, double[] expected, double tolerance)
    {
        double largest = 0;
        for (int k = 0; k < expected.Length; k++)
        {
            double difference = Math.Abs(answers[k] - expected[k]) / Math.Max(1, Math.Abs(expected[k]));
            if (!(difference <= tolerance)) return Refused($"Parity answer {k}: ONNX Runtime gives {answers[k]}, the trainer said {expected[k]}; they may differ by {tolerance}.");
            largest = Math.Max(largest, difference);
        }

        return largest;
    }

    private static string? Put(ModelAnswers model, ParityRows parity)
    {
        foreach (var (column, input) in model.Columns.Select((column, input) => (column, input)))
        {
            if (parity.Numeric.TryGetValue(column.Name, out var numbers) && numbers.Length == parity.Rows)
            {
                for (int row = 0; row < numbers.Length; row++) model.Put(input, row, ParityRows.Number(numbers[row]));
            }
            else if (parity.Categorical.TryGetValue(column.Name, out var texts) && texts.Length == parity.Rows)
            {
                foreach (string text in texts) model.Put(input, Encoding.UTF8.GetBytes(text));
            }
            else
            {
                return column.Name;
            }
        }

        return null;
    }

    private static Failure Refused(string detail) => new(FailureKind.Unprocessable, "The model differs from its trainer", detail);
}
