using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Tidemark.Validation.Schemas;

/// <param name="Schema">What the data looks like, to be corrected and kept.</param>
/// <param name="Suite">A Great Expectations suite that the data passes.</param>
/// <param name="Profile">What was counted.</param>
public sealed record InferenceAnswer(DataSchema Schema, JsonObject Suite, ProfileView Profile);

/// <param name="Success">True when there are no anomalies.</param>
/// <param name="Rows">Rows looked at.</param>
public sealed record AnomaliesAnswer(bool Success, long Rows, IReadOnlyList<Anomaly> Anomalies);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(InferenceAnswer))]
[JsonSerializable(typeof(AnomaliesAnswer))]
[JsonSerializable(typeof(DataSchema))]
[JsonSerializable(typeof(DataEnvironment?))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(int?))]
[JsonSerializable(typeof(double?))]
[JsonSerializable(typeof(long))]
internal sealed partial class SchemaJson : JsonSerializerContext;
