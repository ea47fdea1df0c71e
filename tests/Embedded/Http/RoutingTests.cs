using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Xunit;

namespace Tidemark.Tests.Embedded.Http;

public sealed class RoutingTests
{
    [Theory]
    [InlineData("GET", "/api/Plain", HttpStatusCode.OK, "plain")]
    [InlineData("GET", "/api/pLAIN", HttpStatusCode.OK, "plain")]
    [InlineData("POST", "/api/Plain", HttpStatusCode.NotFound, "")]
    [InlineData("GET", "/Plain", HttpStatusCode.NotFound, "")]
    [InlineData("GET", "/api/items/7", HttpStatusCode.OK, "7")]
    [InlineData("DELETE", "/api/items/7", HttpStatusCode.OK, "7")]
    [InlineData("GET", "/api/items/seven", HttpStatusCode.NotFound, "")]
    [InlineData("GET", "/api/optional", HttpStatusCode.OK, "none")]
    [InlineData("GET", "/api/optional/x", HttpStatusCode.OK, "x")]
    public async Task Routes_follow_prefix_method_template_and_constraint(string method, string path, HttpStatusCode status, string body)
    {
        await using RunningHost host = await RunningHost.StartAsync(typeof(Functions));

        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        HttpResponseMessage response = await host.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(status, response.StatusCode);
        Assert.Equal(body, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    internal sealed class Functions
    {
        [Function(nameof(Plain))]
        public IActionResult Plain([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => new ContentResult { Content = "plain" };

        [Function(nameof(Item))]
        public IResult Item([HttpTrigger(AuthorizationLevel.Anonymous, Route = "items/{id:int}")] HttpRequest request, int id) => Results.Text($"{id}");

        [Function(nameof(Optional))]
        public async Task<IResult> Optional([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "optional/{name?}")] HttpRequest request, string? name)
        {
            await Task.Yield();
            return Results.Text(name ?? "none");
        }
    }
}
