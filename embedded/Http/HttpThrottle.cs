using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;

namespace Tidemark.Embedded;

/// <summary>
/// Holds HTTP functions to <c>maxConcurrentRequests</c> running and <c>maxOutstandingRequests</c> running or waiting (host.json);
/// above that, callers get 429.
/// </summary>
internal sealed class HttpThrottle(HostSettings settings) : IDisposable
{
    private readonly ConcurrencyLimiter? limiter = Limiter(settings.Http);

    public RequestDelegate Limit(RequestDelegate handler) => limiter is null ? handler : http => LimitedAsync(limiter, handler, http);

    public void Dispose() => limiter?.Dispose();

    private static ConcurrencyLimiter? Limiter(HttpSettings http)
    {
        if (http.MaxConcurrentRequests is null && http.MaxOutstandingRequests is null)
            return null;
        int outstanding = http.MaxOutstandingRequests ?? int.MaxValue;
        int concurrent = Math.Min(http.MaxConcurrentRequests ?? outstanding, outstanding);
        return new ConcurrencyLimiter(new ConcurrencyLimiterOptions
        {
            PermitLimit = concurrent,
            QueueLimit = outstanding - concurrent,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
    }

    private static async Task LimitedAsync(ConcurrencyLimiter limiter, RequestDelegate handler, HttpContext http)
    {
        using RateLimitLease lease = await limiter.AcquireAsync(1, http.RequestAborted);
        if (lease.IsAcquired)
            await handler(http);
        else
            http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
    }
}
