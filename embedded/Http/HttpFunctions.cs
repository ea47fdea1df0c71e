using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;

namespace Tidemark.Embedded;

/// <summary>Puts the HTTP functions on their routes.</summary>
internal sealed class HttpFunctions(FunctionExecutor executor, FunctionKeys keys, HttpThrottle throttle)
{
    /// <summary>Maps every HTTP function of <paramref name="catalog"/> under <paramref name="prefix"/>.</summary>
    /// <exception cref="StartRefusedException">A route template that ASP.NET Core can't parse.</exception>
    public void Map(IEndpointRouteBuilder routes, FunctionCatalog catalog, string prefix)
    {
        List<string> problems = [.. HttpRoutes.Clashes(catalog, prefix)];
        foreach (FunctionEntry function in catalog.Functions.Where(f => f.Trigger is HttpTriggerAttribute))
        {
            try
            {
                Map(routes, function, (HttpTriggerAttribute)function.Trigger, prefix);
            }
            catch (Exception error) when (error is Microsoft.AspNetCore.Routing.Patterns.RoutePatternException or ArgumentException)
            {
                problems.Add($"{function.Definition.EntryPoint}: the route '{HttpRoutes.Template(function, prefix)}' is not a route template: {error.Message}");
            }
        }

        if (problems.Count > 0)
            throw new StartRefusedException(problems);
    }

    private void Map(IEndpointRouteBuilder routes, FunctionEntry function, HttpTriggerAttribute trigger, string prefix)
    {
        FunctionInvoker invoker = executor.InvokerOf(function);
        AuthorizationLevel level = trigger.HostAuthLevel;
        bool open = !keys.AreAsked || level == AuthorizationLevel.Anonymous;
        RequestDelegate handler = open
            ? http => executor.InvokeAsync(invoker, http)
            : http => keys.Accept(http.Request, level, function.Name) ? executor.InvokeAsync(invoker, http) : Refuse(http);
        string template = HttpRoutes.Template(function, prefix);
        IEndpointConventionBuilder endpoint = trigger.Methods is { Length: > 0 } methods
            ? routes.MapMethods(template, methods.Select(m => m.ToUpperInvariant()), throttle.Limit(handler))
            : routes.Map(template, throttle.Limit(handler));
        endpoint.WithDisplayName(function.Name);
    }

    private static Task Refuse(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }
}
