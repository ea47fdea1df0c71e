using System.Text;
using Microsoft.AspNetCore.Http;

namespace Tidemark.Platform.Pages;

/// <summary>Answers a page of <see cref="PageTemplate"/>, in a sandbox: it may run its own scripts, and knows nothing of this origin.</summary>
public sealed class PageAnswer(string html) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        HttpResponse response = httpContext.Response;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.ContentSecurityPolicy = PageTemplate.ContentSecurityPolicy + "; frame-ancestors 'none'; sandbox allow-scripts";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        return response.WriteAsync(html, Encoding.UTF8, httpContext.RequestAborted);
    }
}
