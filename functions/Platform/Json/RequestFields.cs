using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tidemark.Platform.Errors;

namespace Tidemark.Platform.Json;

/// <summary>Reads fields of a request's JSON object as what they should be.</summary>
internal static class RequestFields
{
    /// <summary>A field as a <typeparamref name="T"/>; the default when it is absent; a failure that names it when it is something else.</summary>
    public static Outcome<T?> Field<T>(this JsonElement body, string name, JsonTypeInfo<T> type)
    {
        if (!body.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
            return default(T);
        try
        {
            return value.Deserialize(type);
        }
        catch (JsonException error)
        {
            string at = error.Path is null or "$" ? name : name + error.Path[1..];
            return new Failure(FailureKind.Malformed, "Unreadable field", $"The field '{at}' does not hold what belongs there: {error.Message}") { Errors = [new FieldError(at, error.Message)] };
        }
    }
}
