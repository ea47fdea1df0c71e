using System.Text.Json.Serialization;
using Tidemark.Feedback.Labels;

namespace Tidemark.Feedback;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(EvaluationAnswer))]
[JsonSerializable(typeof(EstimationAnswer))]
[JsonSerializable(typeof(List<LabelEntry>))]
[JsonSerializable(typeof(Submission))]
[JsonSerializable(typeof(SubmissionState))]
internal sealed partial class FeedbackJson : JsonSerializerContext;
