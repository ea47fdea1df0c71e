using System.Globalization;
using Tidemark.Feedback.Metrics;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Json;

namespace Tidemark.Feedback;

/// <summary>Reads texts as classes or numbers, and evaluates them: all rows, and each segment.</summary>
internal static class Evaluation
{
    private const int MostClasses = 1000, MostGroups = 1000;

    private static readonly string[] No = ["0", "false"], Yes = ["1", "true"];

    public static Outcome<EvaluationAnswer> Of(EvaluationRequest request)
    {
        string[] groups = [.. (request.Groups ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (groups.Length > MostGroups)
            return JsonLists.Refuse("groups", $"it names {groups.Length} segments; at most {MostGroups} are told apart");
        Outcome<string[]> classes = Classes(request);
        if (!classes.Ok)
            return classes.As<EvaluationAnswer>();
        Outcome<QualityReport> all = Report(request, classes.Value);
        if (!all.Ok)
            return all.As<EvaluationAnswer>();
        // What is well for all rows is well for some of them.
        GroupQuality[]? ofGroups = groups.Length == 0 ? null : [.. groups.Select(group => GroupQuality.Of(group, Report(request.Only(group), classes.Value).Value!))];
        return EvaluationAnswer.Of(request.Task, request.Options.Confidence, all.Value, ofGroups);
    }

    private static Outcome<QualityReport> Report(EvaluationRequest request, string[] classes) => request.Task switch
    {
        QualityTask.Binary => Binary(request, classes),
        QualityTask.Multiclass => Multiclass(request, classes),
        _ => Regression(request),
    };

    private static Outcome<QualityReport> Binary(EvaluationRequest request, string[] classes)
    {
        int[] labels = Places(request.Labels, classes);
        int[] predictions = request.Predictions is { } given ? Places(given, classes) : [.. request.Scores!.Select(score => score >= request.Threshold ? 1 : 0)];
        return BinaryQuality.Evaluate(labels, predictions, request.Scores ?? [], classes, request.Options);
    }

    private static Outcome<QualityReport> Multiclass(EvaluationRequest request, string[] classes)
    {
        int[] predictions = request.Predictions is { } given ? Places(given, classes) : [.. request.ClassScores!.Select(row => Array.IndexOf(row, row.Max()))];
        return MulticlassQuality.Evaluate(Places(request.Labels, classes), predictions, request.ClassScores ?? [], classes, request.Options);
    }

    private static Outcome<QualityReport> Regression(EvaluationRequest request)
    {
        Outcome<double[]> labels = Numbers("labels", request.Labels);
        Outcome<double[]> predictions = request.Predictions is { } given ? Numbers("predictions", given) : request.Scores!;
        return labels.Then(l => predictions.Map(p => RegressionQuality.Evaluate(l, p, request.Options)));
    }

    /// <summary>Names of the classes; for two, the positive one last. None for regression.</summary>
    private static Outcome<string[]> Classes(EvaluationRequest request)
    {
        if (request.Task == QualityTask.Regression)
            return Array.Empty<string>();
        string[] met = [.. request.Labels.Concat(request.Predictions ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Outcome<string[]> classes = request.Task == QualityTask.Binary ? BinaryClasses(met, request.Positive) : ManyClasses(met, request);
        if (classes.Ok && request.Options.Costs is { } costs && (costs.Length != classes.Value.Length || costs.Any(row => row.Length != costs.Length)))
            return JsonLists.Refuse("costs", $"it should be {classes.Value.Length} lists of {classes.Value.Length} numbers: a list per true class, a number per predicted class, in the order {string.Join(", ", classes.Value)}");
        return classes;
    }

    private static Outcome<string[]> BinaryClasses(string[] met, string? positive)
    {
        if (positive is null)
        {
            return met.All(label => No.Contains(label) || Yes.Contains(label))
                ? new[] { "0", "1" }
                : JsonLists.Refuse("positive", $"name the positive label; the labels are {string.Join(", ", met.Take(5))}");
        }

        string[] others = [.. met.Where(label => label != positive)];
        return others.Length <= 1
            ? new[] { others.FirstOrDefault() ?? $"not {positive}", positive }
            : JsonLists.Refuse("labels", $"there are {met.Length} labels ({string.Join(", ", met.Take(5))}…) and two are expected; for more send the task multiclass");
    }

    private static Outcome<string[]> ManyClasses(string[] met, EvaluationRequest request)
    {
        string[] classes = request.Classes ?? (met.All(IsNumber) ? [.. met.OrderBy(label => double.Parse(label, CultureInfo.InvariantCulture))] : met);
        if (classes.Length > MostClasses)
            return JsonLists.Refuse("labels", $"there are {classes.Length} classes; at most {MostClasses} are told apart");
        if (classes.Distinct(StringComparer.Ordinal).Count() != classes.Length)
            return JsonLists.Refuse("classes", "it names a class twice");
        if (met.FirstOrDefault(label => !classes.Contains(label)) is { } unknown)
            return JsonLists.Refuse("classes", $"it lacks '{unknown}', which the labels or predictions hold");
        int wrong = Array.FindIndex(request.ClassScores ?? [], row => row.Length != classes.Length);
        return wrong < 0
            ? classes
            : JsonLists.Refuse($"scores[{wrong}]", $"it has {request.ClassScores![wrong].Length} numbers where there are {classes.Length} classes ({string.Join(", ", classes.Take(5))}); name the classes in the order of the scores");
    }

    private static int[] Places(string[] texts, string[] classes)
    {
        Dictionary<string, int> places = classes.Select((name, place) => (name, place)).ToDictionary(c => c.name, c => c.place, StringComparer.Ordinal);
        if (classes is ["0", "1"])
            (places["false"], places["true"]) = (0, 1);
        return Array.ConvertAll(texts, text => places[text]);
    }

    private static Outcome<double[]> Numbers(string field, string[] texts)
    {
        double[] numbers = new double[texts.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            if (!double.TryParse(texts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]) || !double.IsFinite(numbers[i]))
                return JsonLists.Refuse($"{field}[{i}]", $"it is '{texts[i]}' and should be a finite number");
        }

        return numbers;
    }

    private static bool IsNumber(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number);
}
