using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tidemark.Platform.Errors;

namespace Tidemark.BatchScoring.Intake;

/// <summary>Reads the bodies of the slice's routes; a field that is not known is refused by name.</summary>
internal static class BatchBodies
{
    public static Outcome<T> Read<T>(byte[] body, JsonTypeInfo<T> type)
        where T : class, new()
    {
        if (body.AsSpan().Trim(" \t\r\n"u8).IsEmpty)
            return new T();
        try
        {
            return JsonSerializer.Deserialize(body, type) is { } read ? read : Refuse("body", "send a JSON object");
        }
        catch (JsonException error)
        {
            return Refuse(error.Path is null or "$" ? "body" : error.Path, error.Message);
        }
    }

    public static Failure Refuse(string field, string why) => new(FailureKind.Malformed, "Unreadable request", $"The field '{field}' can't be used: {why}.")
    {
        Errors = [new FieldError(field, why)],
    };
}
