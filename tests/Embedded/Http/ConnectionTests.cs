using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Tidemark.Tests.Embedded.Http;

public sealed class ConnectionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_caller_that_goes_away_cancels_the_function()
    {
        var gate = new Gate();
        await using RunningHost host = await StartAsync(gate);
        using var caller = new CancellationTokenSource();

        Task<HttpResponseMessage> call = host.Http.GetAsync(new Uri("/api/Wait", UriKind.Relative), caller.Token);
        await gate.Entered.Task.WaitAsync(Cancellation);
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await gate.Cancelled.Task.WaitAsync(Cancellation);
    }

    [Fact]
    public async Task Stopping_lets_a_running_call_end()
    {
        var gate = new Gate();
        await using RunningHost host = await StartAsync(gate);

        Task<HttpResponseMessage> call = host.Http.GetAsync(new Uri("/api/Wait", UriKind.Relative), Cancellation);
        await gate.Entered.Task.WaitAsync(Cancellation);
        Task stop = host.StopAsync();
        gate.Leave.SetResult();

        Assert.Equal(HttpStatusCode.OK, (await call).StatusCode);
        await stop;
        await Assert.ThrowsAsync<HttpRequestException>(() => host.Http.GetAsync(new Uri("/api/Wait", UriKind.Relative), Cancellation));
    }

    [Theory]
    [InlineData(1000, HttpStatusCode.OK)]
    [InlineData(1001, HttpStatusCode.RequestEntityTooLarge)]
    public async Task A_body_above_the_limit_is_413(int size, HttpStatusCode status)
    {
        await using RunningHost host = await RunningHost.StartAsync(
            [typeof(Functions)], b => b.Services.AddSingleton(new Gate()), null, ("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", "1000"));
        using var body = new StringContent(new string('x', size), Encoding.ASCII);

        Assert.Equal(status, (await host.Http.PostAsync(new Uri("/api/Read", UriKind.Relative), body, Cancellation)).StatusCode);
    }

    [Fact]
    public async Task Calls_above_the_limits_of_host_json_are_429()
    {
        var gate = new Gate();
        await using RunningHost host = await RunningHost.StartAsync(
            [typeof(Functions)], b => b.Services.AddSingleton(gate),
            """{"version": "2.0", "extensions": {"http": {"maxConcurrentRequests": 1, "maxOutstandingRequests": 1}}}""");

        Task<HttpResponseMessage> first = host.Http.GetAsync(new Uri("/api/Wait", UriKind.Relative), Cancellation);
        await gate.Entered.Task.WaitAsync(Cancellation);
        HttpResponseMessage second = await host.Http.GetAsync(new Uri("/api/Wait", UriKind.Relative), Cancellation);
        gate.Leave.SetResult();

        Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await first).StatusCode);
    }

    private static Task<RunningHost> StartAsync(Gate gate) => RunningHost.StartAsync([typeof(Functions)], b => b.Services.AddSingleton(gate));

    internal sealed class Gate
    {
        public TaskCompletionSource Entered { get; } = new();

        public TaskCompletionSource Leave { get; } = new();

        public TaskCompletionSource Cancelled { get; } = new();
    }

    internal sealed class Functions(Gate gate)
    {
        [Function(nameof(Wait))]
        public async Task<IResult> Wait([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request, CancellationToken cancellation)
        {
            gate.Entered.SetResult();
            try
            {
                await gate.Leave.Task.WaitAsync(cancellation);
                return Results.Ok();
            }
            catch (OperationCanceledException)
            {
                gate.Cancelled.SetResult();
                throw;
            }
        }

        [Function(nameof(Read))]
        public async Task<IResult> Read([HttpTrigger(AuthorizationLevel.Anonymous, "post")] HttpRequest request, CancellationToken cancellation)
        {
            await request.Body.CopyToAsync(Stream.Null, cancellation);
            return Results.Ok();
        }
    }
}
