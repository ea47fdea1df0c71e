using System.Text.Json;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Json;
using Tidemark.Platform.Storage;
using Tidemark.Registry;

namespace Tidemark.Feedback.Labels;

/// <summary>Labels as they are sent: one, many, or a file that is in storage already.</summary>
/// <param name="Model">Whose predictions they are.</param>
/// <param name="Labels">The labels; empty when they are in a file.</param>
/// <param name="Blob">The file, or null.</param>
public sealed record FeedbackRequest(ModelName Model, IReadOnlyList<Label> Labels, BlobReference? Blob)
{
    /// <value>Most labels of one request. 10,000.</value>
    private const int Most = 10_000;

    private static readonly string[] Fields = ["predictionId", "prediction_id", "key", "label"];
    private static readonly string[] Known = ["model", "labels", "blob", .. Fields];

    public static Outcome<FeedbackRequest> Parse(JsonElement body)
    {
        if (body.Unknown(Known) is { } unknown)
            return unknown;
        Outcome<ModelName> model = body.Word("model").Then(ModelName.Parse);
        if (!model.Ok)
            return JsonLists.Refuse("model", model.Failure.Detail);
        bool many = body.TryGetProperty("labels", out JsonElement labels), file = body.TryGetProperty("blob", out JsonElement blob), one = body.TryGetProperty("label", out _);
        if ((many ? 1 : 0) + (file ? 1 : 0) + (one ? 1 : 0) != 1)
            return JsonLists.Refuse("labels", "send either one label (predictionId or key, and label), or labels, a list of such, or blob, a file of such");
        if (file)
            return body.Word("blob").Then(BlobReference.Parse).Then(Readable).Map(reference => new FeedbackRequest(model.Value, [], reference));
        return (many ? Many(labels) : One(body, "").Map<IReadOnlyList<Label>>(label => [label])).Map(read => new FeedbackRequest(model.Value, read, null));
    }

    private static Outcome<BlobReference> Readable(BlobReference blob) => LabelFile.FormatOf(blob.Path) is not null ? blob : JsonLists.Refuse(
        "blob", $"the name of {blob} must end in .csv, .jsonl or .ndjson, with .gz after it where the data is packed");

    private static Outcome<IReadOnlyList<Label>> Many(JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() is 0 or > Most)
            return JsonLists.Refuse("labels", $"it should be a list of 1 to {Most} objects; send more as a file");
        var labels = new List<Label>(list.GetArrayLength());
        foreach (JsonElement element in list.EnumerateArray())
        {
            string at = $"labels[{labels.Count}]";
            if (element.ValueKind != JsonValueKind.Object)
                return JsonLists.Refuse(at, "it should be an object with predictionId or key, and label");
            if (element.Unknown(Fields) is { } unknown)
                return Below(at, unknown);
            Outcome<Label> label = One(element, at);
            if (!label.Ok)
                return label.Failure;
            labels.Add(label.Value);
        }

        return labels;
    }

    private static Outcome<Label> One(JsonElement element, string at)
    {
        (Outcome<string?> id, Outcome<string?> loggedId, Outcome<string?> key, Outcome<string?> label) =
            (element.Word("predictionId"), element.Word("prediction_id"), element.Word("key"), element.Word("label"));
        Outcome<Label> read = (id.Failure ?? loggedId.Failure ?? key.Failure ?? label.Failure) is { } failure
            ? failure
            : Label.Of(id.Value ?? loggedId.Value, key.Value, label.Value);
        return read.Ok || at.Length == 0 ? read : Below(at, read.Failure);
    }

    private static Failure Below(string at, Failure failure) =>
        failure with { Detail = $"{at}: {failure.Detail}", Errors = [.. failure.Errors.Select(e => e with { Field = $"{at}.{e.Field}" })] };
}
