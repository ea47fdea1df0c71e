using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace Tidemark.Embedded;

/// <summary>An ASP.NET Core request in the genuine type that hides ASP.NET Core.</summary>
internal sealed class KestrelRequestData(FunctionContext function, HttpContext http) : HttpRequestData(function)
{
    private HttpHeadersCollection? headers;
    private Uri? url;

    public override Stream Body => http.Request.Body;

    public override HttpHeadersCollection Headers => headers ??= new(http.Request.Headers.Select(h => KeyValuePair.Create(h.Key, h.Value.OfType<string>())));

    public override IReadOnlyCollection<IHttpCookie> Cookies => [.. http.Request.Cookies.Select(c => new HttpCookie(c.Key, c.Value))];

    public override Uri Url => url ??= new Uri(http.Request.GetEncodedUrl());

    public override IEnumerable<ClaimsIdentity> Identities => http.User.Identities;

    public override string Method => http.Request.Method;

    public override HttpResponseData CreateResponse() => new KestrelResponseData(FunctionContext, http);
}
