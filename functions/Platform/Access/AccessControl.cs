using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Tidemark.Platform.Audit;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;

namespace Tidemark.Platform.Access;

/// <summary>
/// Stands before every HTTP function, and reads nothing of the body: headers that browsers heed, keys in headers only, the limit per caller, the role that the
/// function asks for, and the audit row of what changes something. Function keys themselves are checked by the Functions host.
/// </summary>
internal sealed class AccessControl(IOptions<AccessOptions> options, CallerLimit limit, IServiceProvider services) : IFunctionsWorkerMiddleware
{
    private static readonly Failure KeyInAddress = new(
        FailureKind.Malformed, "Key in the address", "Addresses are logged on their way: send the key in the header x-functions-key, not as '?code='. Renew a key that was sent so.");

    private static readonly Failure NotLoopback = new(
        FailureKind.Forbidden, "Open on this machine only", "This suite does not know its callers, so it answers those on the same machine only. Set Access__Authority and Access__Audience.");

    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next) =>
        context.GetHttpContext() is { } http ? InvokeAsync(http, context, next) : next(context);

    private async Task InvokeAsync(HttpContext http, FunctionContext context, FunctionExecutionDelegate next)
    {
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        http.Response.Headers.XFrameOptions = "DENY";

        AccessRule rule = AccessRules.Of(context.FunctionDefinition);
        Failure? refused = await RefusalAsync(http, rule);
        // Who is unknown leaves no row: anyone could fill the trail.
        if (rule.Audited && refused is null or { Kind: FailureKind.Forbidden })
            await services.GetRequiredService<AuditTrail>().AppendAsync(Entry(http, context, refused), http.RequestAborted);

        if (refused is null)
        {
            await next(context);
            return;
        }

        if (refused.Kind == FailureKind.Unauthenticated)
            http.Response.Headers.WWWAuthenticate = "Bearer";
        await new Problem(refused).ExecuteAsync(http);
    }

    private async Task<Failure?> RefusalAsync(HttpContext http, AccessRule rule)
    {
        if (http.Request.QueryString.HasValue && http.Request.Query.ContainsKey("code")) return KeyInAddress;
        if (!limit.Allows(http, out TimeSpan wait))
            return new Failure(FailureKind.TooManyRequests, "Too many requests", "More requests came from you than one caller may send. Wait as long as Retry-After says.") { RetryAfter = wait };
        if (options.Value.Open)
            return http.Connection.RemoteIpAddress is { } address && !IPAddress.IsLoopback(address) ? NotLoopback : null;
        if (rule.Role is null) return null;

        Outcome<ClaimsPrincipal> caller = await services.GetRequiredService<Tokens>().CheckAsync(http.Request.Headers.Authorization, http.RequestAborted);
        if (!caller.Ok) return caller.Failure;
        http.User = caller.Value;
        return http.User.IsInRole(rule.Role) ? null : new Failure(FailureKind.Forbidden, "Role missing", $"This needs the app role '{rule.Role}'. Ask the suite's owner to assign it to you.");
    }

    private static AuditEntry Entry(HttpContext http, FunctionContext context, Failure? refused)
    {
        Outcome<Actor> actor = Actor.Of(http.Request);
        return new(
            actor.Ok ? actor.Value.ToString() : Actor.Anonymous.ToString(),
            context.FunctionDefinition.Name,
            $"{http.Request.Method} {http.Request.Path.ToUriComponent()}",
            refused is null ? "allowed" : "refused: " + refused.Title,
            context.InvocationId);
    }
}
