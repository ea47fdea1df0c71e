using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tidemark.Embedded;
using Xunit;

namespace Tidemark.Tests.Embedded.Functions;

public sealed class MiddlewareTests
{
    private readonly Recorder recorder = new();

    [Fact]
    public async Task Middleware_runs_in_the_order_of_registration_around_the_function()
    {
        await using RunningHost host = RunningHost.Idle([typeof(Queued)], b =>
        {
            b.Services.AddSingleton(recorder);
            b.UseMiddleware<Outer>()
                .UseMiddleware(async (context, next) =>
                {
                    recorder.Add("inner before");
                    await next();
                    recorder.Add("inner after");
                })
                .UseWhen<Outer>(context => context.FunctionDefinition.Name == "Other")
                .UseWhen(context => context.FunctionDefinition.Name == "Echo", (context, next) =>
                {
                    recorder.Add("when");
                    return next();
                });
        });

        await host.InvokeAsync("Echo", "hello");

        Assert.Equal(["outer before", "inner before", "when", "hello", "inner after", "outer after"], recorder.Seen);
    }

    [Fact]
    public async Task Middleware_sees_the_bound_input_and_may_replace_it()
    {
        await using RunningHost host = RunningHost.Idle([typeof(Queued)], b =>
        {
            b.Services.AddSingleton(recorder);
            b.UseMiddleware(async (context, next) =>
            {
                InputBindingData<string> input = await context.BindInputAsync<string>(context.FunctionDefinition.InputBindings["message"]);
                input.Value += " world";
                await next();
            });
        });

        await host.InvokeAsync("Echo", "hello");

        Assert.Equal(["hello world"], recorder.Seen);
    }

    [Fact]
    public async Task Middleware_sees_the_exception_itself_and_may_swallow_it()
    {
        await using RunningHost host = RunningHost.Idle([typeof(Queued)], b =>
        {
            b.Services.AddSingleton(recorder);
            b.UseMiddleware(async (context, next) =>
            {
                try
                {
                    await next();
                }
                catch (NotSupportedException error)
                {
                    recorder.Add(error.Message);
                }
            });
        });

        InvocationOutcome outcome = await host.InvokeAsync("Fail", "x");

        Assert.True(outcome.Succeeded);
        Assert.Equal(["no"], recorder.Seen);
    }

    [Fact]
    public async Task Middleware_sees_and_replaces_what_an_http_function_returns()
    {
        await using RunningHost host = await RunningHost.StartAsync([typeof(Web)], b => b.UseMiddleware(async (context, next) =>
        {
            await next();
            Assert.IsType<OkResult>(context.GetInvocationResult().Value);
            context.GetInvocationResult().Value = new StatusCodeResult(418);
        }));

        Assert.Equal((HttpStatusCode)418, (await host.Http.GetAsync(new Uri("/api/Ok", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Middleware_may_answer_an_http_call_without_the_function()
    {
        await using RunningHost host = await RunningHost.StartAsync([typeof(Web)], b => b.UseMiddleware((context, next) =>
        {
            context.GetHttpContext()!.Response.StatusCode = 418;
            return Task.CompletedTask;
        }));

        Assert.Equal((HttpStatusCode)418, (await host.Http.GetAsync(new Uri("/api/Ok", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task One_middleware_instance_serves_every_invocation()
    {
        await using RunningHost host = RunningHost.Idle([typeof(Queued)], b =>
        {
            b.Services.AddSingleton(recorder);
            b.UseMiddleware<Counting>();
        });

        await host.InvokeAsync("Echo", "a");
        await host.InvokeAsync("Echo", "b");

        Assert.Equal([1, "a", 2, "b"], recorder.Seen);
    }

    internal sealed class Outer(Recorder recorder) : IFunctionsWorkerMiddleware
    {
        public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            recorder.Add("outer before");
            await next(context);
            recorder.Add("outer after");
        }
    }

    internal sealed class Counting(Recorder recorder) : IFunctionsWorkerMiddleware
    {
        private int calls;

        public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            recorder.Add(Interlocked.Increment(ref calls));
            return next(context);
        }
    }

    internal sealed class Queued(Recorder recorder)
    {
        [Function(nameof(Echo))]
        public void Echo([QueueTrigger("q")] string message) => recorder.Add(message);

        [Function(nameof(Fail))]
        public void Fail([QueueTrigger("q")] string message) => throw new NotSupportedException("no");
    }

    internal sealed class Web
    {
        [Function(nameof(Ok))]
        public IActionResult Ok([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => new OkResult();
    }
}
