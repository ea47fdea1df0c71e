using System.Text.Json;

namespace Tidemark.Platform.Json;

/// <summary>JSON strings as UTF-8 without a string object, and what is wrong with JSON that cannot be read.</summary>
internal static class JsonText
{
    /// <summary>Copies the present string without its escapes; -1 when its escapes are no Unicode text. Never longer than the value as written.</summary>
    public static int Copy(ref Utf8JsonReader reader, Span<byte> destination)
    {
        if (!reader.ValueIsEscaped)
        {
            reader.ValueSpan.CopyTo(destination);
            return reader.ValueSpan.Length;
        }

        try
        {
            return reader.CopyString(destination);
        }
        catch (InvalidOperationException)
        {
            return -1; // a lone surrogate such as \ud800
        }
    }

    /// <summary>The present value as written, at most 40 characters, for a message.</summary>
    public static string Shown(ref Utf8JsonReader reader)
    {
        var value = reader.ValueSpan;
        string text = System.Text.Encoding.UTF8.GetString(value.Length <= 40 ? value : value[..40]);
        if (value.Length > 40) text += "…";
        return reader.TokenType switch
        {
            JsonTokenType.String or JsonTokenType.PropertyName => $"\"{text}\"",
            JsonTokenType.StartArray => "an array",
            JsonTokenType.StartObject => "an object",
            _ => text,
        };
    }

    /// <summary>What is wrong with <paramref name="body"/>, in words and with the position; names the remedy for NaN and Infinity.</summary>
    /// <param name="body">The whole body.</param>
    /// <param name="read">Bytes of it that were still good.</param>
    /// <param name="error">What the JSON reader said.</param>
    public static string Explain(ReadOnlySpan<byte> body, long read, JsonException error)
    {
        if (body.Trim(" \t\r\n"u8).IsEmpty) return "The body is empty. Send a JSON object.";
        if (body.StartsWith("\uFEFF"u8)) return "The body begins with a byte order mark. Send plain UTF-8.";

        var rest = body[(int)Math.Clamp(read, 0, body.Length)..].TrimStart(" \t\r\n,:["u8);
        var word = rest.TrimStart((byte)'-');
        if (word.StartsWith("NaN"u8) || word.StartsWith("Inf"u8) || word.StartsWith("nan"u8) || word.StartsWith("inf"u8))
        {
            return $"JSON has no NaN and no Infinity (byte {body.Length - rest.Length}). Send null for a missing number.";
        }

        return $"The body is not valid JSON: {error.Message}";
    }
}
