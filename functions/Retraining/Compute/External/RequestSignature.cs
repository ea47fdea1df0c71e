using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;

namespace Tidemark.Retraining.Compute.External;

/// <summary>
/// Checks that a request comes from who has the key, as <see cref="StandardWebhook"/> says, so that senders sign with libraries they have. The id is the
/// run's; there may be several signatures, separated by blanks, while keys change. What is caught within the window and sent again meets a run that has moved on.
/// </summary>
public sealed class RequestSignature
{
    /// <summary>Fewest bytes of a key.</summary>
    public const int ShortestKey = 32;

    /// <summary>How far the sender's time may be from ours, either way.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private readonly byte[] key;

    private RequestSignature(byte[] key) => this.key = key;

    /// <summary>Null where there is no key.</summary>
    public static Outcome<RequestSignature?> Parse(string? text)
    {
        if (string.IsNullOrEmpty(text)) return (RequestSignature?)null;
        byte[] key = StandardWebhook.Key(text);
        return key.Length >= ShortestKey
            ? new RequestSignature(key)
            : new Failure(FailureKind.Malformed, "Not a key", $"A key has at least {ShortestKey} bytes: text, or {StandardWebhook.Prefix} and base64.");
    }

    /// <summary>The value of the signature header.</summary>
    public string Sign(string id, DateTimeOffset time, ReadOnlySpan<byte> body) => StandardWebhook.Sign(key, id, time.ToUnixTimeSeconds(), body);

    /// <summary>Null when the request is signed for this run, now.</summary>
    public Failure? Check(IHeaderDictionary headers, string run, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        if (!long.TryParse(headers[StandardWebhook.TimeHeader].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) || seconds > 253_402_300_799)
            return Refused($"the header {StandardWebhook.TimeHeader} must hold Unix seconds");
        if (headers[StandardWebhook.IdHeader].ToString() != run) return Refused($"the header {StandardWebhook.IdHeader} must be the run's id");
        if ((now - DateTimeOffset.FromUnixTimeSeconds(seconds)).Duration() > Window) return Refused($"{StandardWebhook.TimeHeader} is more than {Window.TotalMinutes} minutes from the time here, {now.ToUnixTimeSeconds()}");
        byte[] expected = StandardWebhook.Hash(key, run, seconds, body);
        bool fits = false;
        foreach (string signature in headers[StandardWebhook.SignatureHeader].ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries)) fits |= Fits(signature, expected);
        return fits ? null : Refused($"no signature in {StandardWebhook.SignatureHeader} fits the key, id, time and body");
    }

    private static bool Fits(string signature, byte[] expected)
    {
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        return signature.StartsWith(StandardWebhook.Version, StringComparison.Ordinal) && Convert.TryFromBase64String(signature[StandardWebhook.Version.Length..], given, out int length)
            && length == expected.Length && CryptographicOperations.FixedTimeEquals(given, expected);
    }

    private static Failure Refused(string why) => new(FailureKind.Unauthenticated, "Not signed", $"The request is not taken: {why}. See docs/retraining-compute.md#external.");
}
