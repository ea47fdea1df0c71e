using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.Embedded;
using Xunit;

namespace Tidemark.Tests.Embedded.Functions;

public sealed class InvocationTests
{
    private readonly Recorder recorder = new();

    [Fact]
    public async Task Each_invocation_has_its_own_scope_which_ends_with_it()
    {
        await using RunningHost host = Idle();

        await host.InvokeAsync("Scoped", "x");
        await host.InvokeAsync("Scoped", "x");

        Assert.Equal(["scope 1", "class 1", "end 1", "scope 2", "class 2", "end 2"], recorder.Seen);
    }

    [Fact]
    public async Task A_failure_is_an_outcome_and_ends_the_scope()
    {
        await using RunningHost host = Idle();

        InvocationOutcome outcome = await host.InvokeAsync("Throwing", "x");

        Assert.False(outcome.Succeeded);
        Assert.Equal("broken", outcome.Error!.Message);
        Assert.Equal("end 1", recorder.Seen[^1]);
    }

    [Fact]
    public async Task Outputs_are_sent_after_success_only_and_null_is_skipped()
    {
        await using RunningHost host = Idle();

        await host.InvokeAsync("Single", "a");
        await host.InvokeAsync("Single", "");
        await host.InvokeAsync("Multiple", "b");
        await host.InvokeAsync("FailingOutput", "c");

        Assert.Equal(["Single $return a", "Multiple First b1", "Multiple Third b3"], recorder.Seen);
    }

    [Fact]
    public async Task An_output_that_can_not_be_written_fails_the_invocation()
    {
        await using RunningHost host = RunningHost.Idle(
            [typeof(OutputFunctions)], b => b.Services.AddSingleton(recorder).AddSingleton<OutputSink>((_, _, _, _) => throw new IOException("storage is down")));

        InvocationOutcome outcome = await host.InvokeAsync("Single", "a");

        Assert.IsType<IOException>(outcome.Error);
    }

    [Fact]
    public async Task The_token_fires_when_the_host_must_stop()
    {
        await using RunningHost host = Idle();
        using var stop = new CancellationTokenSource();

        Task<InvocationOutcome> running = host.Executor.InvokeAsync(host.Function("Waiting"), new TriggerInput("x", new Dictionary<string, object?>()), stop.Token);
        await stop.CancelAsync();

        Assert.IsAssignableFrom<OperationCanceledException>((await running).Error);
    }

    [Fact]
    public async Task The_token_fires_at_the_function_timeout()
    {
        var clock = new FakeClock();
        await using RunningHost host = RunningHost.Idle([typeof(ScopedFunctions)], b =>
        {
            b.Services.AddSingleton(recorder).AddScoped<Scoped>();
            b.Services.AddSingleton<TimeProvider>(clock);
        });

        Task<InvocationOutcome> running = host.InvokeAsync("Waiting", "x");
        Assert.False(running.IsCompleted);
        clock.Advance(TimeSpan.FromMinutes(30));

        Assert.IsAssignableFrom<OperationCanceledException>((await running).Error);
    }

    [Fact]
    public async Task A_retried_invocation_says_which_try_it_is()
    {
        await using RunningHost host = Idle();

        await host.Executor.InvokeAsync(
            host.Function("Retried"), new TriggerInput(new TimerInfo(), new Dictionary<string, object?>()) { Retry = new SecondTry() }, TestContext.Current.CancellationToken);
        await host.Executor.InvokeAsync(
            host.Function("Retried"), new TriggerInput(new TimerInfo(), new Dictionary<string, object?>()), TestContext.Current.CancellationToken);

        Assert.Equal([1, "first"], recorder.Seen);
    }

    [Fact]
    public async Task An_invocation_is_traced_under_its_cause()
    {
        const string Cause = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        var ended = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == InvocationActivity.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                lock (ended)
                    ended.Add(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using RunningHost host = Idle();

        await host.Executor.InvokeAsync(
            host.Function("Throwing"), new TriggerInput("x", new Dictionary<string, object?>()) { TraceParent = Cause }, TestContext.Current.CancellationToken);

        Activity[] all;
        lock (ended)
            all = [.. ended];
        Activity span = Assert.Single(all, a => a.ParentId == Cause);
        Assert.Equal("function Throwing", span.DisplayName);
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Equal("queueTrigger", span.GetTagItem("faas.trigger"));
    }

    private RunningHost Idle() => RunningHost.Idle([typeof(ScopedFunctions), typeof(OutputFunctions)], b =>
    {
        b.Services.AddSingleton(recorder).AddScoped<Scoped>();
        b.Services.AddSingleton<OutputSink>((function, outputs, _, _) =>
        {
            foreach (OutputValue output in outputs)
                recorder.Add($"{function.Name} {output.Output.Name} {output.Value}");
            return Task.CompletedTask;
        });
    });

    internal sealed class SecondTry : RetryContext
    {
        public override int RetryCount => 1;

        public override int MaxRetryCount => 3;
    }

    internal sealed class Scoped : IDisposable
    {
        private readonly Recorder recorder;

        public Scoped(Recorder recorder)
        {
            this.recorder = recorder;
            Number = recorder.Seen.OfType<string>().Count(s => s.StartsWith("scope", StringComparison.Ordinal)) + 1;
            recorder.Add($"scope {Number}");
        }

        public int Number { get; }

        public void Dispose() => recorder.Add($"end {Number}");
    }

    internal sealed class ScopedFunctions(Recorder recorder, Scoped scoped)
    {
        [Function(nameof(Scoped))]
        public void Scoped([QueueTrigger("q")] string message, FunctionContext context)
        {
            Assert.Same(scoped, context.InstanceServices.GetRequiredService<Scoped>());
            recorder.Add($"class {scoped.Number}");
        }

        [Function(nameof(Throwing))]
        public async Task Throwing([QueueTrigger("q")] string message)
        {
            await Task.Yield();
            throw new InvalidOperationException("broken");
        }

        [Function(nameof(Waiting))]
        public Task Waiting([QueueTrigger("q")] string message, CancellationToken cancellation) =>
            new TaskCompletionSource().Task.WaitAsync(cancellation);
    }

    internal sealed class OutputFunctions(Recorder recorder)
    {
        [Function(nameof(Single)), QueueOutput("out")]
        public string? Single([QueueTrigger("q")] string message) => message.Length == 0 ? null : message;

        [Function(nameof(Multiple))]
        public Several Multiple([QueueTrigger("q")] string message) => new() { First = message + "1", Third = message + "3", Ignored = "4" };

        [Function(nameof(FailingOutput)), QueueOutput("out")]
        public Task<string> FailingOutput([QueueTrigger("q")] string message) => throw new InvalidOperationException();

        [Function(nameof(Retried)), FixedDelayRetry(3, "00:00:01")]
        public void Retried([TimerTrigger("0 0 0 * * *")] TimerInfo timer, FunctionContext context) =>
            recorder.Add(context.RetryContext is { } retry ? retry.RetryCount : "first");
    }

    internal sealed class Several
    {
        [QueueOutput("first")]
        public string? First { get; set; }

        [QueueOutput("second")]
        public string? Second { get; set; }

        [QueueOutput("third")]
        public string? Third { get; set; }

        public string? Ignored { get; set; }
    }
}
