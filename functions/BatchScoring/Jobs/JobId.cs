using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Storage;

namespace Tidemark.BatchScoring.Jobs;

/// <summary>
/// The id of a job: SHA-256 of container, path and ETag of its file, so that repeated events fall together; options that a caller gave are
/// hashed with them. 64 lower-case hexadecimal digits, safe in paths and keys (promise I11).
/// </summary>
public readonly record struct JobId
{
    private const int Length = 64;

    private readonly string? text;

    private JobId(string text) => this.text = text;

    public static JobId Of(BatchRequest request)
    {
        string source = $"{request.Container}\n{request.Path}\n{request.ETag}";
        string model = request.Container == StorageNames.Containers.Incoming && request.Path.StartsWith(request.Model + "/", StringComparison.Ordinal) ? "" : request.Model;
        BatchRequest options = request with { Container = "", Path = "", ETag = "", Model = model };
        bool plain = options == new BatchRequest();
        return new(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(plain ? source : $"{source}\n{JsonSerializer.Serialize(options, BatchJson.Default.BatchRequest)}"))));
    }

    public static Outcome<JobId> Parse(string? text) => text is { Length: Length } && text.All(char.IsAsciiHexDigitLower)
        ? new JobId(text)
        : new Failure(FailureKind.Malformed, "Not a job", $"'{(text is { Length: > 80 } ? text[..80] + "…" : text)}' is not the id of a batch: it has {Length} lower-case hexadecimal digits. GET /api/batches lists them.");

    public override string ToString() => text ?? throw new InvalidOperationException("A JobId comes from Of or Parse.");
}
