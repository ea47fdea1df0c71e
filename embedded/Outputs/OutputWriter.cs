using System.Text.Json;
using Azure;
using Azure.Core.Serialization;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;

namespace Tidemark.Embedded;

/// <summary>
/// Sends what a function returned to its queues, which are created on demand. A JSON array becomes one message per element,
/// whether it was returned as a list or as text.
/// </summary>
/// <param name="serializer">The worker's serializer, for values that are neither text nor bytes.</param>
internal sealed class OutputWriter(StorageConnections connections, QueueSettings settings, PathTemplate template, ObjectSerializer serializer)
{
    /// <exception cref="Exception">A send failed; the invocation has then failed, and what was sent before stays sent.</exception>
    public async Task WriteAsync(
        FunctionEntry function, IReadOnlyList<OutputValue> outputs, IReadOnlyDictionary<string, object?> bindingData, CancellationToken cancellation)
    {
        foreach (OutputValue output in outputs)
        {
            if (output.Output.Binding is not QueueOutputAttribute binding)
                throw new NotSupportedException($"Function '{function.Name}': the output '{output.Output.Name}' is no queue output.");
            QueueClient queue = connections.Queues(binding.Connection).GetQueueClient(QueueNames.Parse(template.Fill(binding.QueueName, bindingData)));
            foreach (BinaryData body in Bodies(output.Value)) await SendAsync(queue, Encoded(body), cancellation);
        }
    }

    private List<BinaryData> Bodies(object value)
    {
        if (value is byte[] bytes) return [new(bytes)];
        BinaryData body = value is string text ? new(text) : Serialized(value);
        return Elements(body) ?? [body];
    }

    private BinaryData Serialized(object value)
    {
        try
        {
            return serializer.Serialize(value, value.GetType());
        }
        catch (Exception e) when (e is NotSupportedException or JsonException)
        {
            return new(value.ToString() ?? "");
        }
    }

    /// <summary>Text elements as their text, others as their JSON; null when <paramref name="body"/> is no array.</summary>
    private static List<BinaryData>? Elements(BinaryData body)
    {
        ReadOnlySpan<byte> start = body.ToMemory().Span.TrimStart(" \t\r\n"u8);
        if (start.IsEmpty || start[0] != '[') return null;
        try
        {
            using JsonDocument array = JsonDocument.Parse(body.ToMemory());
            return
            [
                .. array.RootElement.EnumerateArray()
                    .Where(element => element.ValueKind != JsonValueKind.Null)
                    .Select(element => new BinaryData(element.ValueKind == JsonValueKind.String ? element.GetString()! : element.GetRawText())),
            ];
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private string Encoded(BinaryData body) => settings.Base64 ? Convert.ToBase64String(body.ToMemory().Span) : body.ToString();

    private static async Task SendAsync(QueueClient queue, string body, CancellationToken cancellation)
    {
        try
        {
            await queue.SendMessageAsync(body, cancellation);
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            await queue.CreateIfNotExistsAsync(cancellationToken: cancellation);
            await queue.SendMessageAsync(body, cancellation);
        }
    }
}
