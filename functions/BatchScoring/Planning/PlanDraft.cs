using System.Text.Json;
using Microsoft.Extensions.Options;
using Tidemark.BatchScoring.Jobs;
using Tidemark.BatchScoring.Scoring;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Tabular.Readers;
using Tidemark.Registry;

namespace Tidemark.BatchScoring.Planning;

/// <summary>Begins a plan: looks at the head of the text and holds it to the model before anything is scored.</summary>
public sealed class PlanDraft(ModelDirectory models, ModelSource sessions, IOptions<BatchScoringOptions> options)
{
    private static readonly string[] UsualKeys = ["id", "key"];

    /// <param name="job">The job.</param>
    /// <param name="text">The file as UTF-8; owned by the borders that are returned.</param>
    /// <param name="cut">Sizes of the shards.</param>
    /// <param name="copy">Path of the copy of the text; null when the file is the text.</param>
    /// <param name="cancellation">Stops.</param>
    internal async Task<Outcome<(RecordBorders Borders, BatchPlan Plan)>> BeginAsync(JobRow job, Stream text, ShardCut cut, string? copy, CancellationToken cancellation)
    {
        BatchRequest request = job.RequestNow;
        if (DataFormats.OfName(request.Path) is not { } format)
            return new Failure(FailureKind.UnsupportedMediaType, "Not a file of rows", $"The name of the file {request.Source} must end in .csv, .jsonl or .ndjson, with .gz after it where the data is packed.");
        VersionReference version = VersionReference.Parse(job.Model, job.Version).Value;
        Outcome<ResolvedModel> model = await models.ResolveAsync(version.Model, version.Version, cancellation);
        Outcome<FeatureNames> features = await model.ThenAsync(m => sessions.FeaturesAsync(m, cancellation));
        if (!features.Ok)
            return features.As<(RecordBorders, BatchPlan)>();
        Outcome<Head> head = format == DataFormat.Csv ? await CsvHeadAsync(text, cancellation) : await LinesHeadAsync(text, cancellation);
        if (!head.Ok)
            return head.As<(RecordBorders, BatchPlan)>();
        Outcome<BatchPlan> plan = Plan(job, request, format, head.Value, features.Value, model.Value!.Manifest, cut, copy);
        if (plan.Ok)
            return (head.Value.Borders, plan.Value);
        head.Value.Borders.Dispose();
        return plan.As<(RecordBorders, BatchPlan)>();
    }

    private static Outcome<BatchPlan> Plan(
        JobRow job, BatchRequest request, DataFormat format, Head head, FeatureNames features, ModelManifest manifest, ShardCut cut, string? copy)
    {
        IReadOnlyList<string> kept = request.Keep == "*" ? head.Columns : request.KeptColumns();
        if (features.Refusal(job.Source, head.Columns) is { } refusal)
            return refusal;
        foreach (string wanted in kept.Append(request.Key ?? "").Where(name => name.Length > 0 && !head.Columns.Contains(name)))
            return new Failure(FailureKind.Unprocessable, "Column not in the file", $"The file {job.Source} has no column '{wanted}', which keep or key names. It has {Listed(head.Columns)}.");
        return OutputLayout.Of(manifest, request.Threshold, [.. kept]).Map(outputs => new BatchPlan
        {
            Job = job.Id,
            Model = job.Model,
            Version = job.Version!,
            Suite = job.Suite,
            Request = request,
            Format = format,
            TextContainer = copy is null ? request.Container : Platform.Storage.StorageNames.Containers.Results,
            TextPath = copy ?? request.Path,
            TextETag = copy is null ? request.ETag : null,
            Separator = head.Separator,
            Header = format == DataFormat.Csv ? head.Columns : null,
            Cut = cut,
            Outputs = outputs,
            Kept = kept,
            Key = request.Key ?? head.Columns.FirstOrDefault(name => UsualKeys.Contains(name, StringComparer.OrdinalIgnoreCase)),
            Positional = features.Names.Count == 0,
            Created = job.Created,
        });
    }

    private async Task<Outcome<Head>> CsvHeadAsync(Stream text, CancellationToken cancellation) =>
        (await CsvBorders.OpenAsync(text, options.Value.MaxRowBytes, cancellation)).Map(csv => new Head(csv, csv.Header, csv.Separator));

    /// <summary>The keys of the first object stand for those of all.</summary>
    private async Task<Outcome<Head>> LinesHeadAsync(Stream text, CancellationToken cancellation)
    {
        var lines = new LineBorders(text, options.Value.MaxRowBytes);
        Outcome<byte[]> first = await lines.FirstAsync(cancellation);
        if (first.Ok)
            return new Head(lines, Keys(first.Value), ',');
        lines.Dispose();
        return first.As<Head>();
    }

    /// <summary>The keys of a line of JSON; none when it is no object, which the workers will say of the line.</summary>
    private static List<string> Keys(byte[] line)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(line);
            return json.RootElement.ValueKind == JsonValueKind.Object ? [.. json.RootElement.EnumerateObject().Select(field => field.Name).Distinct(StringComparer.Ordinal)] : [];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return [];
        }
    }

    internal static string Listed(IReadOnlyCollection<string> names)
    {
        string all = string.Join(", ", names.Take(30));
        return names.Count == 0 ? "none" : names.Count > 30 ? $"{all} and {names.Count - 30} more" : all;
    }

    private sealed record Head(RecordBorders Borders, IReadOnlyList<string> Columns, char Separator);
}
