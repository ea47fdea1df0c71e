using System.Security.Cryptography;
using System.Text.Json;

namespace Tidemark.Retraining.Contract;

/// <summary>The file that makes a run whole: hashes and sizes of all others.</summary>
public sealed record RunManifest(int Contract, string Job, IReadOnlyDictionary<string, FileStamp> Files)
{
    public static RunManifest Of(string job, IEnumerable<KeyValuePair<string, byte[]>> files) =>
        new(1, job, files.ToDictionary(f => f.Key, f => FileStamp.Of(f.Value), StringComparer.Ordinal));

    public static RunManifest? Read(ReadOnlySpan<byte> utf8) => JsonSerializer.Deserialize<RunManifest>(utf8, JsonSerializerOptions.Web);
}

/// <param name="Sha256">In lower-case hexadecimal digits.</param>
/// <param name="Size">Bytes.</param>
public sealed record FileStamp(string Sha256, long Size)
{
    public static FileStamp Of(ReadOnlySpan<byte> bytes) => new(Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.Length);
}
