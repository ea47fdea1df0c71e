using System.Security.Cryptography;
using System.Text;
using Tidemark.Platform.Errors;

namespace Tidemark.Platform.PredictionLog;

/// <summary>HMAC-SHA-256 of values, the first 128 bits as <c>h:</c> and 32 hexadecimal digits.</summary>
public sealed class PersonalHash
{
    public const int Length = 2 + 32;

    private const int ShortestKey = 16;

    private readonly byte[] key;

    private PersonalHash(byte[] key) => this.key = key;

    /// <summary>The hash under a key; null when there is none.</summary>
    public static Outcome<PersonalHash?> Parse(string? key) => key switch
    {
        null or "" => (PersonalHash?)null,
        { Length: >= ShortestKey } => new PersonalHash(Encoding.UTF8.GetBytes(key)),
        _ => new Failure(FailureKind.Malformed, "Key too short", $"The key for hashing personal columns has {key.Length} characters: set one of at least {ShortestKey}."),
    };

    /// <summary>Writes the hash of a value as ASCII into the first <see cref="Length"/> bytes.</summary>
    public void Write(ReadOnlySpan<byte> utf8, Span<byte> destination)
    {
        Span<byte> hash = stackalloc byte[32];
        HMACSHA256.HashData(key, utf8, hash);
        "h:"u8.CopyTo(destination);
        Convert.TryToHexStringLower(hash[..16], destination[2..], out _);
    }
}
