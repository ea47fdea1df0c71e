using System.Text.Json;
using Tidemark.Platform.Storage;
using Tidemark.Registry;

namespace Tidemark.Feedback.Labels;

/// <summary>Labels that have been accepted, as they are stored.</summary>
/// <param name="Model">Whose predictions they are.</param>
/// <param name="Received">When they were accepted: of two labels of a prediction the later one counts.</param>
/// <param name="Labels">The labels; empty when they are in a file.</param>
/// <param name="Blob">The file, or null.</param>
public sealed record Submission(string Model, DateTimeOffset Received, IReadOnlyList<SubmittedLabel> Labels, string? Blob)
{
    public static Submission Of(FeedbackRequest request, DateTimeOffset now) => new(
        request.Model.ToString(), now, [.. request.Labels.Select(label => new SubmittedLabel(label.Prediction?.ToString(), label.Key, label.Value))], request.Blob?.ToString());

    public static Submission Read(BinaryData stored) => JsonSerializer.Deserialize(stored, FeedbackJson.Default.Submission)!;

    public BinaryData Write() => BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(this, FeedbackJson.Default.Submission));

    /// <summary>True when both carry the same labels, whenever they came.</summary>
    public bool Repeats(Submission other) => Model == other.Model && Blob == other.Blob && Labels.SequenceEqual(other.Labels);

    internal ModelName ModelName => Registry.ModelName.Parse(Model).Value;

    internal BlobReference? File => Blob is null ? null : BlobReference.Parse(Blob).Value;
}

/// <summary>A label of a submission.</summary>
public sealed record SubmittedLabel(string? PredictionId, string? Key, string Label);

/// <summary>What became of a submission.</summary>
/// <param name="Id">32 hexadecimal digits.</param>
/// <param name="Status"><c>accepted</c>: stored, and counted soon. <c>done</c>: counted. <c>failed</c>: nothing could be read.</param>
/// <param name="Model">Whose predictions.</param>
/// <param name="Labels">Labels that were kept; null while it is not known.</param>
/// <param name="RefusedRows">Rows that could not be used; null while it is not known.</param>
/// <param name="Refused">The first hundred of them.</param>
/// <param name="Failure">Why nothing could be read.</param>
public sealed record SubmissionState(
    string Id, string Status, string? Model, long? Labels = null, long? RefusedRows = null, IReadOnlyList<RefusedLabel>? Refused = null, string? Failure = null)
{
    public const string Accepted = "accepted", Done = "done", Failed = "failed";
}
