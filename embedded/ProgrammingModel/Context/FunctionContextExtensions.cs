using Microsoft.AspNetCore.Http;
using Tidemark.Embedded;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>ASP.NET Core's view of an HTTP invocation.</summary>
public static class FunctionContextExtensions
{
    /// <summary>The request's context, or null where another trigger started the function.</summary>
    public static HttpContext? GetHttpContext(this FunctionContext context) => Invocation.Of(context).HttpContext;
}
