using System.Globalization;
using System.Text.Json;
using Azure.Storage.Queues.Models;

namespace Tidemark.Embedded;

/// <summary>What a queue message gives its function: the message with its body decoded, and the binding data.</summary>
internal static class QueueInput
{
    /// <exception cref="FormatException">The body should be base64 and is not.</exception>
    public static TriggerInput From(QueueMessage message, bool base64)
    {
        BinaryData body = base64 ? Decode(message.Body.ToString()) : message.Body;
        QueueMessage decoded = QueuesModelFactory.QueueMessage(
            message.MessageId, message.PopReceipt, body, message.DequeueCount, message.NextVisibleOn, message.InsertedOn, message.ExpiresOn);
        return new(decoded, BindingData(decoded));
    }

    private static BinaryData Decode(string text)
    {
        try
        {
            return new(Convert.FromBase64String(text));
        }
        catch (FormatException)
        {
            throw new FormatException("its body is not base64; send it so, or set extensions.queues.messageEncoding to \"none\" in host.json.");
        }
    }

    /// <summary>Text values as they are, all others as JSON text, as a worker receives them; properties of the body hide built-in ones of the same name.</summary>
    private static Dictionary<string, object?> BindingData(QueueMessage message)
    {
        Dictionary<string, object?> data = new(StringComparer.OrdinalIgnoreCase)
        {
            ["QueueTrigger"] = message.Body.ToString(),
            ["Id"] = message.MessageId,
            ["PopReceipt"] = message.PopReceipt,
            ["DequeueCount"] = message.DequeueCount.ToString(CultureInfo.InvariantCulture),
            ["InsertionTime"] = JsonSerializer.Serialize(message.InsertedOn ?? default),
            ["ExpirationTime"] = JsonSerializer.Serialize(message.ExpiresOn ?? default),
            ["NextVisibleTime"] = JsonSerializer.Serialize(message.NextVisibleOn ?? default),
        };
        AddProperties(message.Body, data);
        return data;
    }

    private static void AddProperties(BinaryData body, Dictionary<string, object?> data)
    {
        ReadOnlySpan<byte> text = body.ToMemory().Span.TrimStart(" \t\r\n"u8);
        if (text.IsEmpty || text[0] != '{') return;
        try
        {
            using JsonDocument json = JsonDocument.Parse(body.ToMemory());
            foreach (JsonProperty property in json.RootElement.EnumerateObject())
            {
                if (property.Value.ValueKind == JsonValueKind.Array) continue;
                data[property.Name] = property.Value.ValueKind switch
                {
                    JsonValueKind.String => property.Value.GetString(),
                    JsonValueKind.Null => null,
                    _ => property.Value.GetRawText(),
                };
            }
        }
        catch (JsonException)
        {
            // Not JSON after all; a function that wants an object fails when its parameter is converted.
        }
    }
}
