using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Tidemark.Platform.Errors;

namespace Tidemark.Operations.Alerts;

/// <summary>
/// Signs posts as Standard Webhooks 1.0 says, so that receivers check them with libraries they have: headers <c>webhook-id</c>,
/// <c>webhook-timestamp</c> (Unix seconds) and <c>webhook-signature</c>, <c>v1,</c> and the base64 HMAC-SHA-256 of <c>{id}.{timestamp}.{body}</c>.
/// </summary>
public sealed class WebhookSignature
{
    private const string Prefix = "whsec_";

    private readonly byte[] key;

    private WebhookSignature(byte[] key) => this.key = key;

    /// <summary>Null when there is no secret.</summary>
    public static Outcome<WebhookSignature?> Parse(string? secret)
    {
        if (string.IsNullOrEmpty(secret))
            return (WebhookSignature?)null;
        if (!secret.StartsWith(Prefix, StringComparison.Ordinal))
            return new WebhookSignature(Encoding.UTF8.GetBytes(secret));
        byte[] key = new byte[secret.Length];
        return Convert.TryFromBase64String(secret[Prefix.Length..], key, out int length) && length >= 16
            ? new WebhookSignature(key[..length])
            : new Failure(FailureKind.Malformed, "Not a secret", $"After {Prefix} there must be base64 of at least 16 bytes.");
    }

    public void Sign(HttpRequestHeaders headers, string id, DateTimeOffset now, byte[] body)
    {
        string timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] hash = HMACSHA256.HashData(key, (byte[])[.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body]);
        headers.Add("webhook-id", id);
        headers.Add("webhook-timestamp", timestamp);
        headers.Add("webhook-signature", "v1," + Convert.ToBase64String(hash));
    }
}
