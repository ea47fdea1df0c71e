using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.Embedded;
using Xunit;

namespace Tidemark.Tests.Embedded.Http;

public sealed class AdminRouteTests
{
    [Theory]
    [InlineData("Clean", """{"input": ""}""", HttpStatusCode.Accepted)]
    [InlineData("cLEAN", "", HttpStatusCode.Accepted)]
    [InlineData("Nobody", "{}", HttpStatusCode.NotFound)]
    [InlineData("Web", "{}", HttpStatusCode.BadRequest)]
    [InlineData("Clean", "{", HttpStatusCode.BadRequest)]
    public async Task A_function_is_fired_by_hand(string function, string body, HttpStatusCode status)
    {
        var fired = new TaskCompletionSource<string>();
        await using RunningHost host = await RunningHost.StartAsync(
            [typeof(Functions)], b => b.Services.AddSingleton(fired), null, ("AzureWebJobs.Clean.Disabled", "true"));
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        HttpResponseMessage response = await host.Http.PostAsync(
            new Uri($"/admin/functions/{function}", UriKind.Relative), content, TestContext.Current.CancellationToken);

        Assert.Equal(status, response.StatusCode);
        if (status == HttpStatusCode.Accepted)
            Assert.Equal("cleaned", await fired.Task.WaitAsync(TestContext.Current.CancellationToken));
        else
            Assert.NotEmpty(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("""{"input": "plain"}""", "plain")]
    [InlineData("""{"input": {"a": 1}}""", """{"a": 1}""")]
    [InlineData("""{}""", "")]
    public void The_input_of_a_queue_function_is_its_message(string body, string message)
    {
        Assert.Equal(message, AdminRoutes.ReadInput(Encoding.UTF8.GetBytes(body)));
    }

    internal sealed class Functions(TaskCompletionSource<string> fired)
    {
        [Function(nameof(Clean))]
        public void Clean([TimerTrigger("0 0 0 1 1 *")] TimerInfo timer) => fired.SetResult("cleaned");

        [Function(nameof(Web))]
        public IResult Web([HttpTrigger] HttpRequest request) => Results.Ok();
    }
}
