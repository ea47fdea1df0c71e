using System.Text.Json;
using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Data;
using Tidemark.Retraining.Measures;
using Tidemark.Trainer.Data;
using Tidemark.Trainer.Runs;

namespace Tidemark.Trainer.Artefacts;

/// <summary>parity.json: some test rows and some awkward ones, with the answers of this program, not of the graph.</summary>
internal static class ParityFile
{
    private const int MostRows = 64;
    private const double Tolerance = 1e-4;

    public static ParityRows Write(Dataset data, Problem problem, IModel model, double temperature, double threshold)
    {
        Part test = data.Test;
        int[] picked = SplitMix.Order(test.Rows, SplitMix.Mix(problem.Seed, 99));
        picked = picked[..Math.Min(MostRows, picked.Length)];
        Part rows = test.Gather([.. picked, 0, 0, 0, 0, 0, 0]);
        float[] numbers = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e30f, 0, -1e30f];
        foreach (float[] column in rows.Numbers) numbers.CopyTo(column, picked.Length);
        for (int f = 0; f < rows.Texts.Length; f++)
        {
            string text = data.Ids[f][rows.Texts[f][^1]];
            string[] texts = ["", "never seen é中", text, text, text + " ", text.ToUpperInvariant() + "?"];
            for (int k = 0; k < texts.Length; k++) rows.Texts[f][picked.Length + k] = data.Ids[f].Of(texts[k]);
        }

        var answers = Answers.From(problem, model.Score(rows), temperature, rows);
        return new(
            1,
            rows.Rows,
            Columns(data.NumberNames, f => Array.ConvertAll(rows.Numbers[f], Cell)),
            Columns(data.TextNames, f => Array.ConvertAll(rows.Texts[f], id => data.Ids[f][id])),
            Answered(problem, answers, threshold),
            Tolerance);
    }

    private static ParityAnswers Answered(Problem problem, Answers answers, double threshold)
    {
        if (problem.Task == TrainingTask.Regression) return new(null, null, answers.Values);
        double[][] probabilities = [.. answers.Values.Chunk(problem.Classes)];
        return new(Array.ConvertAll(probabilities, p => problem.ClassNames![Measuring.Answer(p, threshold)]), probabilities, null);
    }

    private static Dictionary<string, T> Columns<T>(string[] names, Func<int, T> column) =>
        Enumerable.Range(0, names.Length).ToDictionary(f => names[f], column, StringComparer.Ordinal);

    private static JsonElement Cell(float value) => value switch
    {
        float.NaN => JsonSerializer.SerializeToElement<object?>(null),
        float.PositiveInfinity => JsonSerializer.SerializeToElement("inf"),
        float.NegativeInfinity => JsonSerializer.SerializeToElement("-inf"),
        _ => JsonSerializer.SerializeToElement(value),
    };
}
