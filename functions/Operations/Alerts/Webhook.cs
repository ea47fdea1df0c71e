using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Tidemark.Operations.Alerts;

public enum PostOutcome
{
    Taken,

    /// <summary>Trying again may help.</summary>
    Later,

    /// <summary>Trying again would not help.</summary>
    Refused,
}

/// <param name="Reason">What the receiver answered, without its words.</param>
/// <param name="After">When the receiver wants it again.</param>
public sealed record PostResult(PostOutcome Outcome, string? Reason, TimeSpan? After = null);

/// <summary>
/// Posts alerts as CloudEvents 1.0. Follows no redirect, uses no proxy, reads no answer but its status, and connects to what is not public only
/// where the operator has named the host.
/// </summary>
public sealed class Webhook : IDisposable
{
    private static readonly TimeSpan LongestAfter = TimeSpan.FromHours(1);

    private readonly AlertOptions options;
    private readonly WebhookHosts hosts;
    private readonly WebhookSignature? signature;
    private readonly AlertInstruments instruments;
    private readonly TimeProvider time;
    private readonly HttpClient http;

    public Webhook(IOptions<AlertOptions> options, AlertInstruments instruments, TimeProvider time)
    {
        (this.options, this.instruments, this.time) = (options.Value, instruments, time);
        hosts = WebhookHosts.Parse(options.Value.AllowedHosts);
        signature = WebhookSignature.Parse(options.Value.Secret).Value;
        http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectCallback = ConnectAsync,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        })
        {
            Timeout = options.Value.Timeout,
        };
    }

    public void Dispose() => http.Dispose();

    public async Task<PostResult> PostAsync(WebhookAddress address, AlertRow alert, CancellationToken cancellation)
    {
        long start = time.GetTimestamp();
        (byte[] body, HttpRequestMessage request) = AlertEvent.Request(address.Uri, alert, options);
        using HttpRequestMessage message = request;
        signature?.Sign(message.Headers, alert.Id, time.GetUtcNow(), body);
        try
        {
            using HttpResponseMessage answer = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation);
            return ResultOf(answer);
        }
        catch (HttpRequestException e) when (e.InnerException is ForbiddenAddressException forbidden)
        {
            return new(PostOutcome.Refused, forbidden.Message);
        }
        catch (HttpRequestException e)
        {
            return new(PostOutcome.Later, $"The webhook can't be reached ({e.HttpRequestError}).");
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(PostOutcome.Later, $"The webhook did not answer within {options.Timeout.TotalSeconds:0.#} s.");
        }
        finally
        {
            instruments.Posted(time.GetElapsedTime(start));
        }
    }

    private PostResult ResultOf(HttpResponseMessage answer)
    {
        int status = (int)answer.StatusCode;
        return status switch
        {
            >= 200 and < 300 => new(PostOutcome.Taken, Reason: null),
            408 or 425 or 429 or >= 500 => new(PostOutcome.Later, $"The webhook answered {status}.", After(answer)),
            >= 300 and < 400 => new(PostOutcome.Refused, $"The webhook answered {status}: redirects are not followed; set the address it points to."),
            _ => new(PostOutcome.Refused, $"The webhook answered {status}."),
        };
    }

    private TimeSpan? After(HttpResponseMessage answer)
    {
        TimeSpan? after = answer.Headers.RetryAfter is { } header ? header.Delta ?? (header.Date - time.GetUtcNow()) : null;
        return after > LongestAfter ? LongestAfter : after > TimeSpan.Zero ? after : null;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        string host = context.DnsEndPoint.Host;
        IPAddress[] addresses = await Dns.GetHostAddressesAsync(host, cancellation);
        IPAddress[] allowed = hosts.Trust(host) ? addresses : [.. addresses.Where(WebhookAddress.IsPublic)];
        if (allowed.Length == 0)
            throw new ForbiddenAddressException(host);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class ForbiddenAddressException(string host)
        : IOException($"The webhook's host '{host}' has no public address; the operator can name it in Alerts__AllowedHosts.");
}
