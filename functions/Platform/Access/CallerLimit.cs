using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Tidemark.Platform.Access;

/// <summary>A token bucket per caller, on this instance: by function key or bearer token where there is one, else by address.</summary>
internal sealed class CallerLimit : IDisposable
{
    private static readonly TimeSpan ShortestPeriod = TimeSpan.FromMilliseconds(100);

    private readonly PartitionedRateLimiter<HttpContext>? limiter;

    public CallerLimit(IOptions<AccessOptions> options)
    {
        double rate = options.Value.RequestsPerSecond;
        if (rate <= 0) return;
        TimeSpan period = TimeSpan.FromSeconds(Math.Max(1 / rate, ShortestPeriod.TotalSeconds));
        TokenBucketRateLimiterOptions bucket = new()
        {
            ReplenishmentPeriod = period,
            TokensPerPeriod = Math.Max(1, (int)Math.Round(rate * period.TotalSeconds)),
            TokenLimit = options.Value.Burst > 0 ? options.Value.Burst : Math.Max(1, (int)Math.Ceiling(2 * rate)),
            QueueLimit = 0,
        };
        limiter = PartitionedRateLimiter.Create<HttpContext, string>(http => RateLimitPartition.GetTokenBucketLimiter(CallerOf(http.Request), _ => bucket));
    }

    /// <summary>Whether the caller may go on; else after what time.</summary>
    public bool Allows(HttpContext http, out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        if (limiter is null) return true;
        using RateLimitLease lease = limiter.AttemptAcquire(http);
        if (lease.IsAcquired) return true;
        wait = lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan after) ? after : TimeSpan.FromSeconds(1);
        return false;
    }

    public void Dispose() => limiter?.Dispose();

    /// <summary>The last address of <c>X-Forwarded-For</c> is the one that Azure's front end saw; earlier ones are the caller's to invent.</summary>
    private static string CallerOf(HttpRequest request)
    {
        if (request.Headers["x-functions-key"] is [{ Length: > 0 } key]) return key;
        if (request.Headers.Authorization is [{ Length: > 0 } token]) return token;
        string forwarded = request.Headers["X-Forwarded-For"].ToString().Split(',')[^1].Trim();
        if (IPEndPoint.TryParse(forwarded, out IPEndPoint? seen)) return seen.Address.ToString();
        return request.HttpContext.Connection.RemoteIpAddress?.ToString() ?? "unknown";
    }
}
