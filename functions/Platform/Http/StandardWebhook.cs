using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tidemark.Platform.Http;

/// <summary>
/// Standard Webhooks 1.0, for those who sign and those who check: headers <c>webhook-id</c>, <c>webhook-timestamp</c> (Unix seconds) and
/// <c>webhook-signature</c>, which is <c>v1,</c> and the base64 HMAC-SHA-256 of <c>{id}.{timestamp}.{body}</c>.
/// </summary>
internal static class StandardWebhook
{
    public const string IdHeader = "webhook-id", TimeHeader = "webhook-timestamp", SignatureHeader = "webhook-signature";

    /// <summary>Begins a secret that is base64 and not plain text.</summary>
    public const string Prefix = "whsec_";

    public const string Version = "v1,";

    /// <summary>The bytes that a secret stands for; none when what follows the prefix is no base64.</summary>
    public static byte[] Key(string secret)
    {
        if (!secret.StartsWith(Prefix, StringComparison.Ordinal)) return Encoding.UTF8.GetBytes(secret);
        byte[] bytes = new byte[secret.Length];
        return Convert.TryFromBase64String(secret[Prefix.Length..], bytes, out int length) ? bytes[..length] : [];
    }

    /// <summary>The value of the signature header.</summary>
    public static string Sign(byte[] key, string id, long seconds, ReadOnlySpan<byte> body) => Version + Convert.ToBase64String(Hash(key, id, seconds, body));

    public static byte[] Hash(byte[] key, string id, long seconds, ReadOnlySpan<byte> body) =>
        HMACSHA256.HashData(key, (byte[])[.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{seconds}.")), .. body]);
}
