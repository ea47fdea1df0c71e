using Microsoft.Azure.Functions.Worker.Http;
using Tidemark.Embedded;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Request and response of an HTTP invocation.</summary>
public static class FunctionContextHttpRequestExtensions
{
    /// <summary>The request, or null where another trigger started the function.</summary>
    public static ValueTask<HttpRequestData?> GetHttpRequestDataAsync(this FunctionContext context) =>
        ValueTask.FromResult<HttpRequestData?>(Invocation.Of(context).RequestData);

    /// <summary>The response that the function returned, or null.</summary>
    public static HttpResponseData? GetHttpResponseData(this FunctionContext context) =>
        context.GetInvocationResult().Value as HttpResponseData ?? context.GetOutputBindings<HttpResponseData>().FirstOrDefault()?.Value;
}
