using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Azure.Storage.Queues;
using Tidemark.Platform.Storage;

namespace Tidemark.Platform.Retraining;

/// <summary>Asks that a model be trained anew. The same request may come twice; its id is the same then.</summary>
/// <param name="Id">32 lower-case hexadecimal digits, from <see cref="IdOf"/>.</param>
/// <param name="Model">The model.</param>
/// <param name="Reason">In one line.</param>
/// <param name="Evidence">Figures and names of what was found.</param>
/// <param name="Time">When it was found, UTC.</param>
public sealed record RetrainingRequest(string Id, string Model, string Reason, IReadOnlyDictionary<string, string> Evidence, DateTimeOffset Time)
{
    /// <summary>The same id for the same model, cause and occasion (such as a version and the first window that showed it).</summary>
    public static string IdOf(string model, string cause, string occasion) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{model}|{cause}|{occasion}")).AsSpan(0, 16));
}

/// <summary>Puts requests on the queue <c>retraining-requests</c>. Send before you note your own work as done.</summary>
public sealed class RetrainingSender(QueueServiceClient queues)
{
    private readonly QueueClient queue = queues.GetQueueClient(StorageNames.Queues.RetrainingRequests);

    public Task SendAsync(RetrainingRequest request, CancellationToken cancellation) =>
        queue.SendMessageAsync(JsonSerializer.Serialize(request, RetrainingJson.Default.RetrainingRequest), cancellation);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RetrainingRequest))]
public sealed partial class RetrainingJson : JsonSerializerContext;
