using System.Globalization;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime.Tensors;
using Tidemark.Platform.Errors;
using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Data;
using Tidemark.Retraining.Verification;

namespace Tidemark.Retraining.Evaluation;

/// <summary>A model and its answers to the hold-out, brought into the hold-out's order of classes.</summary>
/// <param name="Milliseconds">Median time of a one-row prediction.</param>
/// <param name="Bytes">Size of its file.</param>
/// <param name="Kind">What kind of model it says it is.</param>
internal sealed record ScoredModel(ModelScores Scores, double Milliseconds, long Bytes, string? Kind)
{
    private const int WarmUps = 20, Timed = 200;

    /// <summary>The answers, or (kind <see cref="FailureKind.Unprocessable"/>) why this model can't answer these rows.</summary>
    /// <param name="bytes">The ONNX file.</param>
    /// <param name="spec">The run whose hold-out it is; the model may take other columns of the data than this run's features.</param>
    public static async Task<Outcome<ScoredModel>> ScoreAsync(byte[] bytes, RunSpec spec, HoldOut rows, TimeProvider time, CancellationToken cancellation)
    {
        var opened = ModelAnswers.LoadAny(bytes, spec);
        if (!opened.Ok) return opened.As<ScoredModel>();
        using var model = opened.Value;
        var order = Order(model, rows.ClassNames);
        if (!order.Ok) return order.As<ScoredModel>();
        var answers = await rows.AnswerAsync(model, cancellation);
        if (!answers.Ok) return answers.Failure with { Kind = FailureKind.Unprocessable };
        var metadata = model.Model.CustomMetadata;
        bool turned = order.Value is [1, 0];
        double threshold = Number(metadata.GetValueOrDefault("threshold")) ?? 0.5;
        // "At least t of the other class" is "more than 1 - t of this one".
        var scores = new ModelScores(Ordered(answers.Value, order.Value), turned ? Math.BitIncrement(1 - threshold) : threshold);
        return new ScoredModel(scores, Latency(model, time), bytes.Length, metadata.GetValueOrDefault("candidate"));
    }

    /// <summary>For each class of the hold-out its place in the model's answers.</summary>
    private static Outcome<int[]> Order(ModelAnswers model, string[]? names)
    {
        if (names is null) return (int[])[0];
        string[] own = [];
        try
        {
            if (model.Model.CustomMetadata.TryGetValue("class_labels", out string? text)) own = [.. (JsonSerializer.Deserialize<string[]>(text) ?? []).Select(CellMeaning.Category)];
        }
        catch (JsonException)
        {
            own = [];
        }

        int[] order = [.. names.Select(name => Array.IndexOf(own, name))];
        return own.Length == names.Length && own.Length == model.Width && !order.Contains(-1)
            ? order
            : new Failure(FailureKind.Unprocessable, "Other classes", $"The model answers {(own.Length == 0 ? $"{model.Width} classes without names" : string.Join(", ", own.Select(n => $"'{n}'")))}; the data have {string.Join(", ", names.Select(n => $"'{n}'"))}.");
    }

    private static double[] Ordered(double[] answers, int[] order)
    {
        if (order.Select((place, c) => place == c).All(same => same)) return answers;
        double[] ordered = new double[answers.Length];
        for (int k = 0; k < answers.Length; k++) ordered[k] = answers[k - (k % order.Length) + order[k % order.Length]];
        return ordered;
    }

    private static double Latency(ModelAnswers model, TimeProvider time)
    {
        double[] taken = new double[Timed];
        for (int run = -WarmUps; run < Timed; run++)
        {
            long start = time.GetTimestamp();
            foreach (var (column, input) in model.Columns.Select((column, input) => (column, input)))
            {
                if (column.Type == TensorElementType.Float) model.Put(input, 0, 0);
                else model.Put(input, []);
            }

            _ = model.Run(1);
            if (run >= 0) taken[run] = time.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(taken);
        return taken[Timed / 2];
    }

    private static double? Number(string? text) => double.TryParse(text, CultureInfo.InvariantCulture, out double number) ? number : null;
}
