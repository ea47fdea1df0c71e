using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;

namespace Tidemark.Embedded;

/// <summary>Writes what an HTTP function returned.</summary>
internal static class HttpResultWriter
{
    /// <summary>
    /// Executes IActionResult and IResult, sends HttpResponseData; anything else leaves the response as the function left it.
    /// Nothing is written to a caller that went away.
    /// </summary>
    public static Task WriteAsync(Invocation invocation, InvocationLog log)
    {
        object? result = invocation.Invoker.ReturnsClassOfOutputs ? invocation.HttpResult ?? invocation.Result : invocation.Result;
        HttpContext http = invocation.HttpContext!;
        if (result is null || http.RequestAborted.IsCancellationRequested)
            return Task.CompletedTask;
        switch (result)
        {
            case IResult plain:
                return plain.ExecuteAsync(http);
            case IActionResult action:
                return action.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), new ActionDescriptor()));
            case KestrelResponseData response:
                return response.SendAsync(http.RequestAborted);
            default:
                if (invocation.Invoker.Function.Outputs.Count == 0)
                    log.NoResponse(invocation, result);
                return Task.CompletedTask;
        }
    }

    /// <summary>Answers a failed invocation: 500 (413 and its like for a request that Kestrel refused), or a cut connection once the answer began.</summary>
    public static void Fail(HttpContext http, Exception error)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }
        http.Response.Clear();
        http.Response.StatusCode = (error as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status500InternalServerError;
    }
}
