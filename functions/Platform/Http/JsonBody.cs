using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Json;

namespace Tidemark.Platform.Http;

/// <summary>Reads a request's body as JSON, bounded in bytes and depth, bare NaN and Infinity of Python included.</summary>
internal static class JsonBody
{
    /// <value>Most bytes of a body. 32 MiB.</value>
    public const int MostBytes = 32 << 20;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    public static async Task<Outcome<byte[]>> BytesAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (request.ContentLength > MostBytes)
            return TooLarge();
        var body = new MemoryStream((int)(request.ContentLength ?? 0));
        byte[] buffer = new byte[1 << 16];
        for (int read = await request.Body.ReadAsync(buffer, cancellation); read > 0; read = await request.Body.ReadAsync(buffer, cancellation))
        {
            if (body.Length + read > MostBytes)
                return TooLarge();
            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    public static async Task<Outcome<JsonElement>> ObjectAsync(HttpRequest request, CancellationToken cancellation)
    {
        Outcome<byte[]> bytes = await BytesAsync(request, cancellation);
        return bytes.Then(Parse);
    }

    public static Outcome<JsonElement> Parse(byte[] bytes)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(PythonJson.Quoted(bytes), Options);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : Malformed("send a JSON object");
        }
        catch (JsonException error)
        {
            return Malformed(error.Message);
        }
    }

    private static Failure Malformed(string why) => new(FailureKind.Malformed, "Unreadable request", $"The body can't be read: {why}");

    private static Failure TooLarge() => new(
        FailureKind.TooLarge, "Body too large", $"The body has more than {MostBytes} bytes. Send it in parts, or put it into a container and name it as \"blob\" where the route takes one.");
}
