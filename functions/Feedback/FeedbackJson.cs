using System.Text.Json.Serialization;

namespace Tidemark.Feedback;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(EvaluationAnswer))]
[JsonSerializable(typeof(EstimationAnswer))]
internal sealed partial class FeedbackJson : JsonSerializerContext;
