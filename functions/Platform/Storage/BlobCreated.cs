using System.Text;
using System.Text.Json;
using Azure.Messaging;
using Tidemark.Platform.Errors;

namespace Tidemark.Platform.Storage;

/// <summary>A blob has been written: what an Event Grid message (CloudEvents 1.0) on a storage queue says. The same event may arrive late and more than once.</summary>
/// <param name="Container">Container name.</param>
/// <param name="Path">Path in the container, percent-decoded as the event's subject gives it.</param>
/// <param name="ETag">ETag of the blob when the event was raised, without quotes; empty when the event carries none.</param>
public sealed record BlobCreated(string Container, string Path, string ETag)
{
    private const string EventType = "Microsoft.Storage.BlobCreated";
    private const string Prefix = "/blobServices/default/containers/";
    private const string Between = "/blobs/";

    /// <summary>Reads a queue message, plain JSON or base64 of it.</summary>
    public static Outcome<BlobCreated> Parse(string message)
    {
        CloudEvent? cloudEvent;
        try
        {
            cloudEvent = CloudEvent.Parse(new BinaryData(Plain(message)), skipValidation: true);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException or FormatException)
        {
            return Refuse("it is not one CloudEvents 1.0 JSON object");
        }

        if (cloudEvent?.Type != EventType)
            return Refuse($"its type is '{cloudEvent?.Type}', not '{EventType}'");

        string subject = cloudEvent.Subject ?? "";
        int between = subject.IndexOf(Between, StringComparison.Ordinal);
        if (!subject.StartsWith(Prefix, StringComparison.Ordinal) || between <= Prefix.Length || between + Between.Length == subject.Length)
            return Refuse($"its subject '{subject}' does not read {Prefix}<container>{Between}<path>");

        return new BlobCreated(subject[Prefix.Length..between], subject[(between + Between.Length)..], TagOf(cloudEvent.Data));
    }

    private static byte[] Plain(string message)
    {
        if (message.AsSpan().TrimStart() is ['{', ..])
            return Encoding.UTF8.GetBytes(message);

        byte[] bytes = new byte[(message.Length * 3 / 4) + 3];
        return Convert.TryFromBase64String(message, bytes, out int written) ? bytes[..written] : Encoding.UTF8.GetBytes(message);
    }

    private static string TagOf(BinaryData? data)
    {
        if (data is null)
            return "";
        using JsonDocument document = JsonDocument.Parse(data.ToMemory());
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("eTag", out JsonElement tag) && tag.ValueKind == JsonValueKind.String
            ? tag.GetString()!.Trim('"')
            : "";
    }

    private static Failure Refuse(string why) => new(FailureKind.Malformed, "Not a blob event", $"The queue message is no blob event: {why}.");
}
