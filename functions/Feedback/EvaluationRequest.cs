using System.Text.Json;
using Tidemark.Feedback.Metrics;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Json;

namespace Tidemark.Feedback;

/// <summary>A request for all metrics of rows at hand: lists of equal length.</summary>
/// <param name="Task">Kind of model.</param>
/// <param name="Labels">What happened, as text.</param>
public sealed record EvaluationRequest(QualityTask Task, string[] Labels)
{
    private const int MostBins = 1000;

    private static readonly string[] Known =
        ["task", "labels", "predictions", "scores", "groups", "classes", "positive", "threshold", "confidence", "bins", "seed", "costs"];

    /// <summary>What was predicted, as text; null: not given.</summary>
    public string[]? Predictions { get; init; }

    /// <summary>Score of the positive class, or for regression the predicted number; null: not given.</summary>
    public double[]? Scores { get; init; }

    /// <summary>Per row the probability of each class; null: not given.</summary>
    public double[][]? ClassScores { get; init; }

    /// <summary>Segment of each row; null: none.</summary>
    public string[]? Groups { get; init; }

    /// <summary>Names of the classes in the order of <see cref="ClassScores"/> and costs; null: not given.</summary>
    public string[]? Classes { get; init; }

    /// <summary>The positive label; null: 1 or true.</summary>
    public string? Positive { get; init; }

    /// <summary>Score from which a row counts as predicted positive, where predictions are not given.</summary>
    public double Threshold { get; init; }

    public EvaluationOptions Options { get; init; } = EvaluationOptions.Default;

    public static Outcome<EvaluationRequest> Parse(JsonElement body)
    {
        if (body.Unknown(Known) is { } unknown)
            return unknown;
        Outcome<string?> word = body.Word("task");
        if (!word.Ok && word.Failure is { } unreadable)
            return unreadable;
        if (!Enum.GetNames<QualityTask>().Any(name => name.Equals(word.Value, StringComparison.OrdinalIgnoreCase)))
            return JsonLists.Refuse("task", $"it is '{word.Value}' and should be binary, multiclass or regression");
        QualityTask task = Enum.Parse<QualityTask>(word.Value!, ignoreCase: true);
        (Outcome<string[]?> labels, Outcome<string[]?> predictions, Outcome<string[]?> groups, Outcome<string[]?> classes) =
            (body.Texts("labels"), body.Texts("predictions"), body.Texts("groups"), body.Texts("classes"));
        Outcome<double[]?> scores = task == QualityTask.Multiclass ? (double[]?)null : body.Numbers("scores");
        Outcome<double[][]?> classScores = task == QualityTask.Multiclass ? body.NumberLists("scores") : (double[][]?)null;
        (Outcome<string?> positive, Outcome<double> threshold) = (body.Word("positive"), body.Number("threshold", 0.5, double.MinValue, double.MaxValue));
        Outcome<EvaluationOptions> options = OptionsOf(body);
        Failure?[] failures = [labels.Failure, predictions.Failure, groups.Failure, classes.Failure, scores.Failure, classScores.Failure, positive.Failure, threshold.Failure, options.Failure];
        if (failures.FirstOrDefault(f => f is not null) is { } failure)
            return failure;
        var request = new EvaluationRequest(task, labels.Value ?? [])
        {
            Predictions = predictions.Value,
            Scores = scores.Value,
            ClassScores = classScores.Value,
            Groups = groups.Value,
            Classes = classes.Value,
            Positive = positive.Value,
            Threshold = threshold.Value,
            Options = options.Value!,
        };
        return request.Lengths() is { } wrong ? wrong : request;
    }

    /// <summary>The rows of one segment.</summary>
    public EvaluationRequest Only(string group)
    {
        bool Keep(int row) => Groups![row] == group;
        return this with
        {
            Labels = Where(Labels, Keep)!,
            Predictions = Where(Predictions, Keep),
            Scores = Where(Scores, Keep),
            ClassScores = Where(ClassScores, Keep),
            Groups = null,
        };
    }

    private static T[]? Where<T>(T[]? values, Func<int, bool> keep) => values is null ? null : [.. values.Where((_, row) => keep(row))];

    private Failure? Lengths()
    {
        if (Labels.Length == 0)
            return JsonLists.Refuse("labels", "it is missing or empty; send what happened, one value a row");
        foreach ((string field, int? length) in new[] { ("predictions", Predictions?.Length), ("scores", Scores?.Length ?? ClassScores?.Length), ("groups", Groups?.Length) })
        {
            if (length is { } other && other != Labels.Length)
                return JsonLists.Refuse(field, $"it has {other} values where labels has {Labels.Length}");
        }

        return Predictions is null && Scores is null && ClassScores is null ? JsonLists.Refuse("predictions", "send predictions, scores or both") : null;
    }

    private static Outcome<EvaluationOptions> OptionsOf(JsonElement body)
    {
        Outcome<double> confidence = body.Number("confidence", EvaluationOptions.Default.Confidence, 0.5, 0.9999);
        Outcome<double> bins = body.Number("bins", EvaluationOptions.Default.Bins, 1, MostBins);
        Outcome<double> seed = body.Number("seed", EvaluationOptions.Default.Seed, 0, int.MaxValue);
        Outcome<double[][]?> costs = body.NumberLists("costs");
        return (confidence.Failure ?? bins.Failure ?? seed.Failure ?? costs.Failure) is { } failure
            ? failure
            : new EvaluationOptions(confidence.Value, (int)bins.Value, (int)seed.Value, costs.Value);
    }
}
