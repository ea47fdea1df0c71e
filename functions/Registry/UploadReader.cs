using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Tidemark.Platform.Errors;

namespace Tidemark.Registry;

/// <summary>The file and what was said about it.</summary>
public sealed record Upload(ModelFile File, ModelMetadata Metadata);

/// <summary>
/// Reads an upload: the raw file (<c>application/octet-stream</c>, with <c>?version=</c> and <c>?description=</c>), or
/// <c>multipart/form-data</c> with the parts <c>model</c> and <c>metadata</c>. A slow upload waits in a temporary file, not in memory.
/// </summary>
public sealed class UploadReader(IOptions<RegistryOptions> options)
{
    private readonly long limit = options.Value.MaxModelBytes;

    public async Task<Outcome<Upload>> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (request.ContentLength > limit + MetadataReader.MaxBytes + 4096) return TooLarge();
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)) return UnknownType(request.ContentType);
        if (type.MediaType.Equals("application/octet-stream", StringComparison.OrdinalIgnoreCase)) return await RawAsync(request, cancellation);
        return type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase) && HeaderUtilities.RemoveQuotes(type.Boundary) is { Length: > 0 } boundary
            ? await PartsAsync(new MultipartReader(boundary.ToString(), request.Body), cancellation)
            : UnknownType(request.ContentType);
    }

    private async Task<Outcome<Upload>> RawAsync(HttpRequest request, CancellationToken cancellation)
    {
        var metadata = new ModelMetadata { Version = Text(request.Query["version"]), Description = Text(request.Query["description"]) };
        return (await FileAsync(request.Body, cancellation)).Map(file => new Upload(file, metadata));
    }

    private async Task<Outcome<Upload>> PartsAsync(MultipartReader reader, CancellationToken cancellation)
    {
        Outcome<ModelFile>? file = null;
        Outcome<ModelMetadata> metadata = new ModelMetadata();
        try
        {
            while (await reader.ReadNextSectionAsync(cancellation) is { } section)
            {
                switch (section.GetContentDispositionHeader()?.Name.Value?.Trim('"'))
                {
                    case "model": file = await FileAsync(section.Body, cancellation); break;
                    case "metadata": metadata = await MetadataAsync(section.Body, cancellation); break;
                    case var other: return Malformed($"the part '{other}' is neither 'model' nor 'metadata'");
                }
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException and not BadHttpRequestException)
        {
            return Malformed("a part is broken off or has unreadable headers");
        }

        if (file is not { } model) return Malformed("the part 'model' with the ONNX file is missing");
        return metadata.Then(said => model.Map(f => new Upload(f, said)));
    }

    private static async Task<Outcome<ModelMetadata>> MetadataAsync(Stream body, CancellationToken cancellation)
    {
        byte[] buffer = new byte[MetadataReader.MaxBytes + 1];
        int read = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        return MetadataReader.Parse(buffer.AsSpan(0, read));
    }

    private async Task<Outcome<ModelFile>> FileAsync(Stream body, CancellationToken cancellation)
    {
        string path = Path.Combine(Path.GetTempPath(), $"tidemark-upload-{Guid.NewGuid():N}");
        await using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.Asynchronous | FileOptions.DeleteOnClose,
        });
        byte[] buffer = ArrayPool<byte>.Shared.Rent(81_920);
        try
        {
            for (int read; (read = await body.ReadAsync(buffer, cancellation)) > 0;)
            {
                if (file.Length + read > limit) return TooLarge();
                await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        file.Position = 0;
        byte[] bytes = new byte[file.Length];
        await file.ReadExactlyAsync(bytes, cancellation);
        return ModelFile.Of(bytes);
    }

    private static string? Text(StringValues value) => value.ToString() is { Length: > 0 } text ? text : null;

    private Failure TooLarge() => new(
        FailureKind.TooLarge, "Model too large",
        $"The upload is larger than the limit of {limit} bytes (setting Registry__MaxModelBytes). Make the model smaller, e.g. by fewer trees or float16 weights.");

    private static Failure UnknownType(string? type) => new(
        FailureKind.UnsupportedMediaType, "Unknown content type",
        $"The content type '{type}' is not read here. Send the ONNX file as application/octet-stream, or multipart/form-data with the parts 'model' and 'metadata'.");

    private static Failure Malformed(string why) => new(FailureKind.Malformed, "Unreadable upload", $"The multipart upload can't be read: {why}.");
}
