using System.Globalization;
using System.Net.Http.Headers;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;

namespace Tidemark.Operations.Alerts;

/// <summary>Signs posts as <see cref="StandardWebhook"/> says, so that receivers check them with libraries they have.</summary>
public sealed class WebhookSignature
{
    private const int ShortestKey = 16;

    private readonly byte[] key;

    private WebhookSignature(byte[] key) => this.key = key;

    /// <summary>Null when there is no secret. How long plain text must be, the options say.</summary>
    public static Outcome<WebhookSignature?> Parse(string? secret)
    {
        if (string.IsNullOrEmpty(secret))
            return (WebhookSignature?)null;
        byte[] key = StandardWebhook.Key(secret);
        return key.Length >= ShortestKey || !secret.StartsWith(StandardWebhook.Prefix, StringComparison.Ordinal)
            ? new WebhookSignature(key)
            : new Failure(FailureKind.Malformed, "Not a secret", $"After {StandardWebhook.Prefix} there must be base64 of at least {ShortestKey} bytes.");
    }

    public void Sign(HttpRequestHeaders headers, string id, DateTimeOffset now, byte[] body)
    {
        long seconds = now.ToUnixTimeSeconds();
        headers.Add(StandardWebhook.IdHeader, id);
        headers.Add(StandardWebhook.TimeHeader, seconds.ToString(CultureInfo.InvariantCulture));
        headers.Add(StandardWebhook.SignatureHeader, StandardWebhook.Sign(key, id, seconds, body));
    }
}
