using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;

namespace Tidemark.Embedded;

/// <summary>Puts the HTTP functions on their routes.</summary>
internal sealed class HttpFunctions(FunctionExecutor executor, FunctionKeys keys)
{
    /// <summary>Maps every HTTP function of <paramref name="catalog"/> under <paramref name="prefix"/>.</summary>
    /// <exception cref="StartRefusedException">A route template that ASP.NET Core can't parse.</exception>
    public void Map(IEndpointRouteBuilder routes, FunctionCatalog catalog, string prefix)
    {
        var problems = new List<string>();
        foreach (FunctionEntry function in catalog.Functions.Where(f => f.Trigger is HttpTriggerAttribute))
        {
            try
            {
                Map(routes, function, (HttpTriggerAttribute)function.Trigger, prefix);
            }
            catch (Exception error) when (error is Microsoft.AspNetCore.Routing.Patterns.RoutePatternException or ArgumentException)
            {
                problems.Add($"{function.Definition.EntryPoint}: the route '{Template(function, prefix)}' is not a route template: {error.Message}");
            }
        }

        if (problems.Count > 0)
            throw new StartRefusedException(problems);
    }

    /// <summary>The route of an HTTP function, such as "api/models/{model}".</summary>
    public static string Template(FunctionEntry function, string prefix)
    {
        string route = ((HttpTriggerAttribute)function.Trigger).Route?.TrimStart('/') ?? function.Name;
        return prefix.Length == 0 ? route : $"{prefix}/{route}";
    }

    private void Map(IEndpointRouteBuilder routes, FunctionEntry function, HttpTriggerAttribute trigger, string prefix)
    {
        FunctionInvoker invoker = executor.InvokerOf(function);
        AuthorizationLevel level = trigger.HostAuthLevel;
        bool open = !keys.AreAsked || level == AuthorizationLevel.Anonymous;
        RequestDelegate handler = open
            ? http => executor.InvokeAsync(invoker, http)
            : http => keys.Accept(http.Request, level, function.Name) ? executor.InvokeAsync(invoker, http) : Refuse(http);
        string template = Template(function, prefix);
        IEndpointConventionBuilder endpoint = trigger.Methods is { Length: > 0 } methods
            ? routes.MapMethods(template, methods.Select(m => m.ToUpperInvariant()), handler)
            : routes.Map(template, handler);
        endpoint.WithDisplayName(function.Name);
    }

    private static Task Refuse(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }
}
