using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.Extensions.Primitives;
using Cookie = Microsoft.Azure.Functions.Worker.Http.HttpCookie;
using Site = Microsoft.Azure.Functions.Worker.Http.SameSite;

namespace Tidemark.Embedded;

/// <summary>
/// A response that is held back until the function returned it: headers may be set after the body was written,
/// and a response that is not returned leaves no trace.
/// </summary>
internal sealed class KestrelResponseData(FunctionContext function, HttpContext http) : HttpResponseData(function)
{
    private readonly ResponseCookies cookies = new();

    public override HttpStatusCode StatusCode { get; set; } = HttpStatusCode.OK;

    public override HttpHeadersCollection Headers { get; set; } = [];

    public override Stream Body { get; set; } = new MemoryStream();

    public override HttpCookies Cookies => cookies;

    public async Task SendAsync(CancellationToken cancellation)
    {
        HttpResponse response = http.Response;
        response.StatusCode = (int)StatusCode;
        foreach ((string name, IEnumerable<string> values) in Headers.NonValidated.Select(h => KeyValuePair.Create(h.Key, h.Value.AsEnumerable())))
            response.Headers[name] = new StringValues([.. values]);
        cookies.WriteTo(response.Cookies);
        if (Body.CanSeek)
            Body.Position = 0;
        await Body.CopyToAsync(response.Body, cancellation);
    }

    private sealed class ResponseCookies : HttpCookies
    {
        private readonly List<IHttpCookie> appended = [];

        public override void Append(string name, string value) => appended.Add(new Cookie(name, value));

        public override void Append(IHttpCookie cookie) => appended.Add(cookie);

        public override IHttpCookie CreateNew() => new Cookie("", "");

        public void WriteTo(IResponseCookies response)
        {
            foreach (IHttpCookie cookie in appended)
                response.Append(cookie.Name, cookie.Value, Options(cookie));
        }

        private static CookieOptions Options(IHttpCookie cookie) => new()
        {
            Domain = cookie.Domain,
            Expires = cookie.Expires,
            HttpOnly = cookie.HttpOnly ?? false,
            MaxAge = cookie.MaxAge is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Path = cookie.Path ?? "/",
            Secure = cookie.Secure ?? false,
            SameSite = cookie.SameSite switch
            {
                Site.Lax => SameSiteMode.Lax,
                Site.Strict => SameSiteMode.Strict,
                Site.ExplicitNone => SameSiteMode.None,
                _ => SameSiteMode.Unspecified,
            },
        };
    }
}
