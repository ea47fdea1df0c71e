using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tidemark.Platform.Errors;

namespace Tidemark.Retraining.Compute.External;

/// <summary>
/// Checks that a request comes from who has the key, as Standard Webhooks 1.0 says, so that senders sign with libraries they have:
/// <c>webhook-id</c> (the run's id), <c>webhook-timestamp</c> (Unix seconds) and <c>webhook-signature</c>, which is <c>v1,</c> and the base64
/// HMAC-SHA-256 of <c>{id}.{timestamp}.{body}</c>; several, separated by blanks, while keys change. What is caught within the window and sent again
/// meets a run that has moved on.
/// </summary>
public sealed class RequestSignature
{
    public const string IdHeader = "webhook-id", TimeHeader = "webhook-timestamp", SignatureHeader = "webhook-signature";

    /// <summary>Fewest bytes of a key.</summary>
    public const int ShortestKey = 32;

    /// <summary>How far the sender's time may be from ours, either way.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private const string Prefix = "whsec_", Version = "v1,";
    private readonly byte[] key;

    private RequestSignature(byte[] key) => this.key = key;

    /// <summary>Null where there is no key.</summary>
    public static Outcome<RequestSignature?> Parse(string? text)
    {
        if (string.IsNullOrEmpty(text)) return (RequestSignature?)null;
        byte[] key = Encoding.UTF8.GetBytes(text);
        if (text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            byte[] bytes = new byte[text.Length];
            key = Convert.TryFromBase64String(text[Prefix.Length..], bytes, out int length) ? bytes[..length] : [];
        }

        return key.Length >= ShortestKey
            ? new RequestSignature(key)
            : new Failure(FailureKind.Malformed, "Not a key", $"A key has at least {ShortestKey} bytes: text, or {Prefix} and base64.");
    }

    /// <summary>The value of the signature header.</summary>
    public string Sign(string id, DateTimeOffset time, ReadOnlySpan<byte> body) => Version + Convert.ToBase64String(Hash(id, time.ToUnixTimeSeconds(), body));

    /// <summary>Null when the request is signed for this run, now.</summary>
    public Failure? Check(IHeaderDictionary headers, string run, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        if (!long.TryParse(headers[TimeHeader].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) || seconds > 253_402_300_799)
            return Refused($"the header {TimeHeader} must hold Unix seconds");
        if (headers[IdHeader].ToString() != run) return Refused($"the header {IdHeader} must be the run's id");
        if ((now - DateTimeOffset.FromUnixTimeSeconds(seconds)).Duration() > Window) return Refused($"{TimeHeader} is more than {Window.TotalMinutes} minutes from the time here, {now.ToUnixTimeSeconds()}");
        byte[] expected = Hash(run, seconds, body);
        bool fits = false;
        foreach (string signature in headers[SignatureHeader].ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries)) fits |= Fits(signature, expected);
        return fits ? null : Refused($"no signature in {SignatureHeader} fits the key, id, time and body");
    }

    private static bool Fits(string signature, byte[] expected)
    {
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        return signature.StartsWith(Version, StringComparison.Ordinal) && Convert.TryFromBase64String(signature[Version.Length..], given, out int length)
            && length == expected.Length && CryptographicOperations.FixedTimeEquals(given, expected);
    }

    private byte[] Hash(string id, long seconds, ReadOnlySpan<byte> body) =>
        HMACSHA256.HashData(key, (byte[])[.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{seconds}.")), .. body]);

    private static Failure Refused(string why) => new(FailureKind.Unauthenticated, "Not signed", $"The request is not taken: {why}. See docs/retraining-compute.md#external.");
}
