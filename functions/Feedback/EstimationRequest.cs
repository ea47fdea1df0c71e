using System.Text.Json;
using Tidemark.Feedback.Estimation;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Json;

namespace Tidemark.Feedback;

/// <summary>A request to estimate a metric of rows without labels from rows with labels.</summary>
/// <param name="Metric">One of <see cref="EstimatedMetric.Names"/>.</param>
/// <param name="Reference">Rows with labels.</param>
/// <param name="Analysis">Rows whose labels are not used.</param>
/// <param name="ChunkSize">Rows of a chunk.</param>
/// <param name="Calibration">Whether scores are calibrated.</param>
public sealed record EstimationRequest(string Metric, ScoredRows Reference, ScoredRows Analysis, int ChunkSize, CalibrationChoice Calibration)
{
    private const int MostChunks = 10_000, UsualChunks = 10;

    private static readonly string[] Known = ["reference", "analysis", "metric", "chunkSize", "threshold", "calibration"];

    public static Outcome<EstimationRequest> Parse(JsonElement body)
    {
        if (body.Unknown(Known) is { } unknown)
            return unknown;
        (Outcome<string?> metric, Outcome<string?> calibration) = (body.Word("metric"), body.Word("calibration"));
        (Outcome<double> threshold, Outcome<double> size) = (body.Number("threshold", 0.5, double.MinValue, double.MaxValue), body.Number("chunkSize", 0, 1, int.MaxValue));
        if ((metric.Failure ?? calibration.Failure ?? threshold.Failure ?? size.Failure) is { } unreadable)
            return unreadable;
        if (metric.Value is not { } name || !EstimatedMetric.Names.Contains(name))
            return JsonLists.Refuse("metric", $"it is '{metric.Value}' and should be one of {string.Join(", ", EstimatedMetric.Names)}");
        string choice = calibration.Value ?? "auto";
        if (!Enum.GetNames<CalibrationChoice>().Any(known => known.Equals(choice, StringComparison.OrdinalIgnoreCase)))
            return JsonLists.Refuse("calibration", $"it is '{choice}' and should be auto, isotonic or none");
        Outcome<ScoredRows> reference = Rows(body, "reference", threshold.Value, withLabels: true);
        return reference.Then(r => Rows(body, "analysis", threshold.Value, withLabels: false).Then(a =>
            Sized(new(name, r, a, (int)size.Value, Enum.Parse<CalibrationChoice>(choice, ignoreCase: true)))));
    }

    private static Outcome<EstimationRequest> Sized(EstimationRequest request)
    {
        int size = request.ChunkSize > 0 ? request.ChunkSize : Math.Max(1, request.Reference.Count / UsualChunks);
        return Math.Max(request.Reference.Count, request.Analysis.Count) / size > MostChunks
            ? JsonLists.Refuse("chunkSize", $"chunks of {size} rows are too many; at most {MostChunks} chunks are told apart")
            : request with { ChunkSize = size };
    }

    private static Outcome<ScoredRows> Rows(JsonElement body, string field, double threshold, bool withLabels)
    {
        if (!body.TryGetProperty(field, out JsonElement rows) || rows.ValueKind != JsonValueKind.Object)
            return JsonLists.Refuse(field, $"it is missing or no object; send {{\"scores\": […]{(withLabels ? ", \"labels\": […]" : "")}}}");
        (Outcome<double[]?> scores, Outcome<double[]?> labels, Outcome<double[]?> predictions) =
            (rows.Numbers("scores", field), rows.Numbers("labels", field), rows.Numbers("predictions", field));
        if ((scores.Failure ?? labels.Failure ?? predictions.Failure) is { } failure)
            return failure;
        if (scores.Value is not { Length: > 0 } given)
            return JsonLists.Refuse($"{field}.scores", "it is missing or empty; send the scores of the positive class");
        if (Array.FindIndex(given, score => score is < 0 or > 1) is >= 0 and var outside)
            return JsonLists.Refuse($"{field}.scores[{outside}]", $"it is {given[outside]} and should be a probability of 0 to 1");
        if (withLabels && labels.Value is null)
            return JsonLists.Refuse($"{field}.labels", "it is missing; send what happened, 0 or 1 a row");
        Outcome<int[]?> classes = Classes($"{field}.labels", labels.Value, given.Length);
        Outcome<int[]?> predicted = Classes($"{field}.predictions", predictions.Value, given.Length);
        return (classes.Failure ?? predicted.Failure) is { } wrong
            ? wrong
            : new ScoredRows(given, predicted.Value ?? [.. given.Select(score => score >= threshold ? 1 : 0)], classes.Value);
    }

    private static Outcome<int[]?> Classes(string field, double[]? values, int rows)
    {
        if (values is null)
            return (int[]?)null;
        if (values.Length != rows)
            return JsonLists.Refuse(field, $"it has {values.Length} values where there are {rows} scores");
        int wrong = Array.FindIndex(values, value => value is not (0 or 1));
        return wrong < 0 ? Array.ConvertAll(values, value => (int)value) : JsonLists.Refuse($"{field}[{wrong}]", $"it is {values[wrong]} and should be 0 or 1");
    }
}
