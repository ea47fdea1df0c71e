using System.Text.Json.Serialization;
using Tidemark.Drift.Profiles;

namespace Tidemark.Drift.Checks;

/// <summary>JSON of checks, stored and answered.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(VersionCheck))]
[JsonSerializable(typeof(CheckReport))]
[JsonSerializable(typeof(CheckReports))]
[JsonSerializable(typeof(DriftSeries))]
[JsonSerializable(typeof(ColumnPoint[]))]
[JsonSerializable(typeof(ReferenceView))]
internal sealed partial class CheckJson : JsonSerializerContext;
