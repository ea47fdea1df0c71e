using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Xunit;

namespace Tidemark.Tests.Embedded.Http;

public sealed class KeyTests
{
    private static readonly (string, string)[] Keys =
    [
        ("FunctionKeys:Guarded:default", "function-key"), ("FunctionKeys:Other:default", "other-key"), ("FunctionKeys:host:default", "host-key"),
        ("FunctionKeys:system:events", "system-key"), ("FunctionKeys:master", "master-key"),
    ];

    [Theory]
    [InlineData("/api/Open", null, HttpStatusCode.OK)]
    [InlineData("/api/Guarded", null, HttpStatusCode.Unauthorized)]
    [InlineData("/api/Guarded", "function-key", HttpStatusCode.OK)]
    [InlineData("/api/Guarded", "host-key", HttpStatusCode.OK)]
    [InlineData("/api/Guarded", "master-key", HttpStatusCode.OK)]
    [InlineData("/api/Guarded", "other-key", HttpStatusCode.Unauthorized)]
    [InlineData("/api/Guarded", "function-ke", HttpStatusCode.Unauthorized)]
    [InlineData("/api/Default", null, HttpStatusCode.Unauthorized)]
    [InlineData("/api/Default", "host-key", HttpStatusCode.OK)]
    [InlineData("/api/Unsaid", null, HttpStatusCode.Unauthorized)]
    [InlineData("/api/Admin", "host-key", HttpStatusCode.Unauthorized)]
    [InlineData("/api/Admin", "master-key", HttpStatusCode.OK)]
    [InlineData("/api/System", "system-key", HttpStatusCode.OK)]
    [InlineData("/api/System", "function-key", HttpStatusCode.Unauthorized)]
    [InlineData("/admin/host/status", null, HttpStatusCode.Unauthorized)]
    [InlineData("/admin/host/status", "master-key", HttpStatusCode.OK)]
    public async Task Each_level_takes_its_keys_in_header_or_query(string path, string? key, HttpStatusCode expected)
    {
        await using RunningHost host = await RunningHost.StartAsync([typeof(Functions)], null, null, Keys);

        using var byHeader = new HttpRequestMessage(HttpMethod.Get, path);
        if (key is not null)
            byHeader.Headers.Add("x-functions-key", key);
        string query = key is null ? "" : $"?code={key}";

        Assert.Equal(expected, (await host.Http.SendAsync(byHeader, TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(expected, (await host.Http.GetAsync(new Uri(path + query, UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode);
    }

    [Theory]
    [InlineData("/api/Guarded")]
    [InlineData("/api/Admin")]
    [InlineData("/admin/host/status")]
    public async Task Without_configured_keys_none_is_asked(string path)
    {
        await using RunningHost host = await RunningHost.StartAsync(typeof(Functions));

        Assert.Equal(HttpStatusCode.OK, (await host.Http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode);
    }

    internal sealed class Functions
    {
        [Function(nameof(Open))]
        public IResult Open([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => Results.Ok();

        [Function(nameof(Guarded))]
        public IResult Guarded([HttpTrigger(AuthorizationLevel.Function)] HttpRequest request) => Results.Ok();

        [Function(nameof(Default))]
        public IResult Default([HttpTrigger] HttpRequest request) => Results.Ok();

        [Function(nameof(Unsaid))]
        public IResult Unsaid([HttpTrigger("get")] HttpRequest request) => Results.Ok();

        [Function(nameof(Admin))]
        public IResult Admin([HttpTrigger(AuthorizationLevel.Admin)] HttpRequest request) => Results.Ok();

        [Function(nameof(System))]
        public IResult System([HttpTrigger(AuthorizationLevel.System)] HttpRequest request) => Results.Ok();
    }
}
