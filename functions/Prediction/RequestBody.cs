using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Tidemark.Platform.Errors;

namespace Tidemark.Prediction;

/// <summary>
/// A request's whole body in one span: where Kestrel put it when it is in one piece there, else in a rented array. Given back by
/// <see cref="Dispose"/>.
/// </summary>
internal readonly struct RequestBody : IDisposable
{
    private readonly PipeReader reader;
    private readonly ReadOnlySequence<byte> pieces;
    private readonly byte[]? rented;

    private RequestBody(PipeReader reader, ReadOnlySequence<byte> pieces)
    {
        (this.reader, this.pieces) = (reader, pieces);
        if (pieces.IsSingleSegment) return;
        rented = ArrayPool<byte>.Shared.Rent((int)pieces.Length);
        pieces.CopyTo(rented);
    }

    public ReadOnlySpan<byte> Span => rented is null ? pieces.FirstSpan : rented.AsSpan(0, (int)pieces.Length);

    /// <summary>
    /// Reads a JSON body of at most <paramref name="most"/> bytes. Completes at once when Kestrel has it already; throws when the caller goes.
    /// </summary>
    public static ValueTask<Outcome<RequestBody>> ReadAsync(HttpRequest request, int most)
    {
        if (Refusal(request, most) is { } refusal) return new(refusal);

        var reader = request.BodyReader;
        try
        {
            if (request.ContentLength is { } length && reader.TryRead(out var read))
            {
                if (read.Buffer.Length >= length) return new(new RequestBody(reader, read.Buffer));
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
        catch (BadHttpRequestException bad)
        {
            return new(Broken(bad, most));
        }

        return ReadPiecesAsync(reader, most);
    }

    public void Dispose()
    {
        reader.AdvanceTo(pieces.End);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<Outcome<RequestBody>> ReadPiecesAsync(PipeReader reader, int most)
    {
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync();
                if (read.Buffer.Length > most)
                {
                    reader.AdvanceTo(read.Buffer.End);
                    return TooLarge(most);
                }

                if (read.IsCompleted) return new RequestBody(reader, read.Buffer);
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
        catch (BadHttpRequestException bad)
        {
            return Broken(bad, most);
        }
    }

    /// <summary>The body itself breaks HTTP: shorter than announced, bad chunks, larger than the host allows.</summary>
    private static Failure Broken(BadHttpRequestException bad, int most) => bad.StatusCode == StatusCodes.Status413PayloadTooLarge
        ? TooLarge(most)
        : new Failure(FailureKind.Malformed, "Body not readable", "The request's body ends early or is not framed as HTTP says. Send it again.");

    private static Failure? Refusal(HttpRequest request, int most)
    {
        if (request.ContentLength > most) return TooLarge(most);
        if (request.Headers.ContainsKey("Inference-Header-Content-Length"))
        {
            return new Failure(FailureKind.UnsupportedMediaType, "Binary tensors", "Binary tensor data is not read here. Send the tensors as JSON.");
        }

        if (request.Headers.ContentEncoding.Count > 0 && request.Headers.ContentEncoding != "identity")
        {
            return new Failure(FailureKind.UnsupportedMediaType, "Compressed body", $"A body with Content-Encoding '{Shown(request.Headers.ContentEncoding.ToString())}' is not read here. Send it uncompressed.");
        }

        return IsJson(request.ContentType) ? null : new Failure(
            FailureKind.UnsupportedMediaType, "Not JSON", $"The Content-Type '{Shown(request.ContentType)}' is not read here. Send JSON with the header Content-Type: application/json.");
    }

    /// <summary>JSON, or nothing said.</summary>
    private static bool IsJson(string? contentType)
    {
        if (string.IsNullOrEmpty(contentType)) return true;
        var type = contentType.AsSpan();
        int parameters = type.IndexOf(';');
        if (parameters >= 0) type = type[..parameters];
        type = type.Trim();
        return type.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase);
    }

    private static string Shown(string? value) => value is null ? "" : value.Length <= 80 ? value : value[..80] + "…";

    private static Failure TooLarge(int most) => new(
        FailureKind.TooLarge, "Body too large", $"The body is larger than {most} bytes. Send fewer rows per request, or drop the file in the container 'incoming' to have it scored as a batch.");
}
