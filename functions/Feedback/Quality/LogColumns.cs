using System.Globalization;
using Tidemark.Feedback.Labels;
using Tidemark.Feedback.Metrics;
using Tidemark.Platform.PredictionLog;
using Tidemark.Platform.Tabular;

namespace Tidemark.Feedback.Quality;

/// <summary>Which columns of the log hold the answer of a model, and how to read them.</summary>
/// <param name="Task">Kind of model.</param>
/// <param name="Scores">Columns with scores: one for two classes, one per class for more.</param>
/// <param name="Classes">Names of the classes in the order of the scores; empty for two classes and for regression.</param>
/// <param name="Prediction">Column with what was predicted; null: by the scores.</param>
/// <param name="Positive">The positive label; null: 1 or true.</param>
internal sealed record LogColumns(QualityTask Task, IReadOnlyList<string> Scores, IReadOnlyList<string> Classes, string? Prediction, string? Positive)
{
    /// <summary>
    /// As the policy says; for the rest by the outputs: several numbers of one output are the probabilities of classes, an output of one value is the
    /// prediction, and a prediction that is a real number is a regression's.
    /// </summary>
    public static LogColumns? Of(QualityPolicy policy, Table rows)
    {
        Column[] outputs = [.. rows.Columns.Where(column => column.Name.StartsWith(LogNames.Output, StringComparison.Ordinal))];
        IGrouping<string, Column>? probabilities = outputs.GroupBy(c => OutputOf(c.Name)).FirstOrDefault(group => group.Count() > 1);
        string? single = policy.Prediction ?? outputs.FirstOrDefault(c => OutputOf(c.Name) != probabilities?.Key && c.Name != policy.Score)?.Name;
        if (policy.Score is { } score)
            return new(QualityTask.Binary, [score], [], single, policy.Positive);
        if (policy.Scores is { } scores)
            return new(QualityTask.Multiclass, scores, policy.Classes ?? [], single, null);
        string[] classes = probabilities is null ? [] : [.. probabilities.Select(c => c.Name[(probabilities.Key.Length + 1)..])];
        QualityTask task = policy.Task ?? (classes.Length == 2 ? QualityTask.Binary : classes.Length > 2 ? QualityTask.Multiclass : Guess(rows, single));
        return task switch
        {
            QualityTask.Binary when classes.Length == 2 => new(task, [probabilities!.Last().Name], [], single, policy.Positive ?? Named(classes[1])),
            QualityTask.Multiclass when classes.Length > 2 => new(task, [.. probabilities!.Select(c => c.Name)], classes, single, null),
            _ => single is null ? null : new(task, [], policy.Classes ?? [], single, policy.Positive),
        };
    }

    /// <summary>What the row's answer was; null when it can't be read.</summary>
    public (string? Prediction, double[] Scores)? Read(Table rows, int row, double threshold)
    {
        double[] scores = new double[Scores.Count];
        for (int i = 0; i < scores.Length; i++)
        {
            if (Number(rows.Find(Scores[i])?.Cell(row)) is not { } score)
                return null;
            scores[i] = score;
        }

        string? prediction = Prediction is null ? null : Label.TextOf(rows.Find(Prediction)?.Cell(row));
        prediction ??= Task switch
        {
            QualityTask.Binary when scores.Length == 1 => scores[0] >= threshold ? Positive ?? "1" : Positive is null ? "0" : $"not {Positive}",
            QualityTask.Multiclass when scores.Length > 1 => Classes[Array.IndexOf(scores, scores.Max())],
            _ => null,
        };
        return prediction is null ? null : (prediction, scores);
    }

    /// <summary>How wrong a prediction was: 1 or 0 for classes, the distance for numbers; null when they can't be compared.</summary>
    public double? Error(string prediction, string label)
    {
        if (Task == QualityTask.Regression)
            return Number(prediction) is { } p && Number(label) is { } l ? Math.Abs(p - l) : null;
        if (Task == QualityTask.Multiclass)
            return prediction == label ? 0 : 1;
        return IsPositive(prediction) == IsPositive(label) ? 0 : 1;
    }

    /// <summary>How many classes have scores: one score is that of the second of two; 0 where there are none.</summary>
    public int ClassCount => Task switch
    {
        QualityTask.Binary when Scores.Count == 1 => 2,
        QualityTask.Multiclass when Scores.Count > 2 && Scores.Count == Classes.Count => Classes.Count,
        _ => 0,
    };

    /// <summary>Place of a class among the scores; null where it has none.</summary>
    public int? ClassOf(string text)
    {
        if (Task == QualityTask.Binary)
            return IsPositive(text) ? 1 : 0;
        for (int c = 0; c < Classes.Count; c++)
        {
            if (Classes[c] == text)
                return c;
        }

        return null;
    }

    public bool IsPositive(string text) => Positive is null ? text is "1" or "true" : text == Positive;

    private static QualityTask Guess(Table rows, string? single) => single is not null && rows.Find(single) is RealColumn ? QualityTask.Regression : QualityTask.Multiclass;

    /// <summary>Class 1 is what labels 1 and true mean already.</summary>
    private static string? Named(string name) => name == "1" ? null : name;

    private static string OutputOf(string column) => column.LastIndexOf('.') is var dot && dot >= LogNames.Output.Length ? column[..dot] : column;

    private static double? Number(object? cell) => cell switch
    {
        double real when double.IsFinite(real) => real,
        long integer => integer,
        bool flag => flag ? 1 : 0,
        string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) => number,
        _ => null,
    };
}
