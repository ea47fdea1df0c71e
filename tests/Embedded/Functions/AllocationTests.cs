using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Tidemark.Embedded;
using Xunit;

namespace Tidemark.Tests.Embedded.Functions;

/// <summary>What the host adds to an HTTP call on the heap, to the byte.</summary>
public sealed class AllocationTests
{
    [Fact]
    public async Task A_plain_http_call_costs_nothing_but_its_context()
    {
        await using RunningHost host = await RunningHost.StartAsync(typeof(Functions));
        FunctionInvoker invoker = host.Executor.InvokerOf(host.Function("Answer"));
        var http = new DefaultHttpContext();
        http.Request.RouteValues["model"] = "heart";

        long bytes = Measure(() => host.Executor.InvokeAsync(invoker, http));

        Assert.InRange(bytes, 1, 176);
    }

    [Fact]
    public async Task Services_in_the_constructor_cost_one_scope_more()
    {
        await using RunningHost host = await RunningHost.StartAsync(typeof(InjectedFunctions));
        FunctionInvoker invoker = host.Executor.InvokerOf(host.Function("Injected"));
        var http = new DefaultHttpContext();

        long bytes = Measure(() => host.Executor.InvokeAsync(invoker, http));

        Assert.InRange(bytes, 1, 328);
    }

    private static long Measure(Func<Task> call)
    {
        for (int i = 0; i < 200; i++)
            Assert.True(call().IsCompletedSuccessfully);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            call();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / 100;
    }

    internal sealed class Functions
    {
        private static readonly Nothing Answered = new();

        [Function(nameof(Answer))]
        public static Task<IResult> Answer(
            [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "models/{model}")] HttpRequest request, string model, CancellationToken cancellation) =>
            Answered.Task;

        internal sealed class Nothing : IResult
        {
            public Nothing() => Task = System.Threading.Tasks.Task.FromResult<IResult>(this);

            public Task<IResult> Task { get; }

            public Task ExecuteAsync(HttpContext httpContext) => System.Threading.Tasks.Task.CompletedTask;
        }
    }

    internal sealed class InjectedFunctions(TimeProvider clock)
    {
        private static readonly Functions.Nothing Answered = new();

        [Function("Injected")]
        public Task<IResult> Answer([HttpTrigger(AuthorizationLevel.Anonymous, "post")] HttpRequest request) =>
            clock.TimestampFrequency > 0 ? Answered.Task : throw new InvalidOperationException();
    }
}
