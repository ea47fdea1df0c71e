using System.Net;
using System.Net.Sockets;
using Tidemark.Platform.Errors;

namespace Tidemark.Operations.Alerts;

/// <summary>Hosts that the operator trusts although they are not public: http is allowed to them, and private and loopback addresses.</summary>
public sealed class WebhookHosts
{
    private readonly HashSet<string> names;

    private WebhookHosts(IEnumerable<string> names) => this.names = new(names, StringComparer.OrdinalIgnoreCase);

    public static WebhookHosts Parse(string list) => new(list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(h => h.Trim('[', ']')));

    public bool Trust(string host) => names.Contains(host.Trim('[', ']'));
}

/// <summary>
/// Where alerts are posted. Whoever may set a model's webhook must not reach what only this app can reach, so that a host which the operator has
/// not named is posted to over https alone, and only at public addresses: the name is judged here, the address when the connection is made.
/// </summary>
public sealed record WebhookAddress
{
    private const int Longest = 2000;

    private static readonly IPNetwork[] NotPublic =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3",
            "168.63.129.16/32", // Azure's platform, seen from within a virtual machine
            "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2002::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(text => IPNetwork.Parse(text)),
    ];

    private WebhookAddress(Uri uri) => Uri = uri;

    public Uri Uri { get; }

    public static Outcome<WebhookAddress> Parse(string? text, WebhookHosts hosts)
    {
        if (text is null || text.Length > Longest || !Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("https" or "http"))
            return Refuse(text, $"it must be an absolute https address of at most {Longest} characters");
        if (uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
            return Refuse(uri.Host, "it must carry neither a user nor a fragment");
        if (hosts.Trust(uri.Host))
            return new WebhookAddress(uri);
        if (uri.Scheme != "https")
            return Refuse(uri.Host, "hosts that Alerts__AllowedHosts does not name are posted to over https only");
        bool named = !IPAddress.TryParse(uri.Host.Trim('[', ']'), out IPAddress? address);
        return (named ? uri.Host.Contains('.', StringComparison.Ordinal) && !uri.IsLoopback : IsPublic(address!))
            ? new WebhookAddress(uri)
            : Refuse(uri.Host, "it is not a public host; the operator can name it in Alerts__AllowedHosts");
    }

    public static bool IsPublic(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return plain.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6 && !NotPublic.Any(n => n.Contains(plain));
    }

    private static Failure Refuse(string? text, string why) =>
        new(FailureKind.Unprocessable, "Not a webhook", $"'{(text?.Length > 100 ? text[..100] + "…" : text)}' can't be the webhook of alerts: {why}.");
}
