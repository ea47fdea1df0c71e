using System.Net;
using System.Text.Json.Nodes;
using Azure;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Hosting;
using Tidemark.Platform.Http;
using Tidemark.Tests.Embedded;
using Xunit;

namespace Tidemark.Tests.Platform;

public sealed class UnexpectedErrorsTests
{
    [Theory]
    [InlineData("bug", 500, "unexpected")]
    [InlineData("storage", 503, "unavailable")]
    [InlineData("retries", 503, "unavailable")]
    [InlineData("large", 413, "too-large")]
    [InlineData("broken", 400, "malformed")]
    public async Task What_no_function_expected_becomes_a_problem_without_a_stack_trace_or_an_address(string what, int status, string type)
    {
        await using var host = await RunningHost.StartAsync([typeof(FailingFunction)], builder => builder.UseMiddleware<UnexpectedErrors>());

        using var response = await host.Http.GetAsync($"/api/fail/{what}", TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(((HttpStatusCode)status, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Equal("urn:tidemark:problem:" + type, (string?)JsonNode.Parse(text)!["type"]);
        Assert.Equal(status == 503, response.Headers.RetryAfter is not null);
        Assert.DoesNotContain("secret.blob.core", text, StringComparison.Ordinal);
        Assert.DoesNotContain("FailingFunction", text, StringComparison.Ordinal);
    }

    public sealed class FailingFunction
    {
        [Function(nameof(Fail))]
        public static Task<IResult> Fail([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "fail/{what}")] HttpRequest request, string what) => throw (what switch
        {
            "storage" => new RequestFailedException(500, "https://secret.blob.core.windows.net says no"),
            "retries" => new AggregateException("Retry failed", new IOException("secret.blob.core"), new TaskCanceledException()),
            "large" => new BadHttpRequestException("Request body too large.", StatusCodes.Status413PayloadTooLarge),
            "broken" => new BadHttpRequestException("Unexpected end of request content."),
            _ => new InvalidOperationException("https://secret.blob.core.windows.net"),
        });
    }
}
