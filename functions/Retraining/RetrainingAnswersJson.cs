using System.Text.Json.Serialization;
using Tidemark.Retraining.Policies;
using Tidemark.Retraining.Records;

namespace Tidemark.Retraining;

/// <summary>JSON of the slice's answers and rows: camelCase, finite numbers.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PolicyView))]
[JsonSerializable(typeof(RetrainingView))]
[JsonSerializable(typeof(RetrainingPage))]
[JsonSerializable(typeof(List<Decision>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class RetrainingAnswersJson : JsonSerializerContext;
