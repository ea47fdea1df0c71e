using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tidemark.BatchScoring.Completing;
using Tidemark.BatchScoring.Http;
using Tidemark.BatchScoring.Intake;
using Tidemark.BatchScoring.Jobs;
using Tidemark.BatchScoring.Planning;
using Tidemark.BatchScoring.Quarantine;
using Tidemark.BatchScoring.Scoring;

namespace Tidemark.BatchScoring;

/// <summary>JSON of batches: camelCase, enums as words.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(BatchRequest))]
[JsonSerializable(typeof(BatchMessage))]
[JsonSerializable(typeof(ShardMessage))]
[JsonSerializable(typeof(BatchPlan))]
[JsonSerializable(typeof(ShardSummary))]
[JsonSerializable(typeof(BatchManifest))]
[JsonSerializable(typeof(CallbackBody))]
[JsonSerializable(typeof(CallbackMessage))]
[JsonSerializable(typeof(SubmitBody))]
[JsonSerializable(typeof(ReplayBody))]
[JsonSerializable(typeof(BatchView))]
[JsonSerializable(typeof(BatchPage))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class BatchJson : JsonSerializerContext;

internal static class BatchAnswers
{
    /// <summary>For answers: apostrophes stay apostrophes, since the document is JSON and never part of a page.</summary>
    public static BatchJson Json { get; } = new(new JsonSerializerOptions(BatchJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
