using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging;
using Tidemark.Embedded;
using Xunit;

namespace Tidemark.Tests.Embedded.Queues;

public sealed class QueueListenerTests(AzuriteFixture azurite)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Runs_every_message_once_and_deletes_it()
    {
        await using QueueUnderTest test = new(azurite.ConnectionString);
        string[] bodies = [.. Enumerable.Range(0, 50).Select(i => $"message {i}")];
        await test.SendAsync(bodies);
        await test.StartAsync();

        List<string> seen = [];
        foreach (string _ in bodies) seen.Add(await test.NextTextAsync());
        await test.DrainAsync();

        Assert.Equal(bodies.Order(), seen.Order());
        Assert.Equal(0, await test.CountAsync());
        Assert.False(test.TryNext(out _));
    }

    [Fact]
    public async Task Failing_message_is_tried_max_times_and_then_moves_to_the_poison_queue_unchanged()
    {
        const string body = """  { "keep": "every  space & <sign>" } """;
        await using QueueUnderTest test = new(azurite.ConnectionString) { Function = (_, _) => Task.FromResult(QueueUnderTest.Failure) };
        await test.SendAsync(body);
        await test.StartAsync();

        for (int attempt = 1; attempt <= 3; attempt++)
            Assert.Equal(attempt, ((QueueMessage)(await test.NextAsync()).Value!).DequeueCount);
        await test.DrainAsync();

        Assert.Equal(body, await test.PoisonedAsync());
        Assert.Equal(0, await test.CountAsync());
        Assert.Contains(test.Log.From(LogLevel.Warning), line => line.EndsWith($"has been tried 3 times and moves to queue '{test.Poison.Name}'."));
    }

    [Fact]
    public async Task Message_tried_too_often_before_it_comes_here_is_poisoned_without_a_run()
    {
        await using QueueUnderTest test = new(azurite.ConnectionString);
        await test.SendAsync("worn");
        for (int i = 0; i < 3; i++)
            await test.GiveBackAsync((await test.ReceiveAsync())!);
        await test.SendAsync("fresh");
        await test.StartAsync();

        Assert.Equal("fresh", await test.NextTextAsync());
        await Eventually.IsAsync(async () => await test.CountAsync() == 0);
        Assert.False(test.TryNext(out _));
        Assert.Equal("worn", await test.PoisonedAsync());
    }

    [Fact]
    public async Task Failed_message_stays_invisible_for_the_visibility_timeout_of_host_json()
    {
        await using QueueUnderTest test = new(azurite.ConnectionString)
        {
            Settings = new(8, 4, TimeSpan.FromMilliseconds(200), VisibilityTimeout: TimeSpan.FromHours(1), 3, Base64: false),
            Function = (_, _) => Task.FromResult(QueueUnderTest.Failure),
        };
        await test.SendAsync("later");
        await test.StartAsync();
        await test.NextAsync();
        await test.DrainAsync();

        Assert.Equal(1, await test.CountAsync());
        Assert.Null(await test.ReceiveAsync());
    }

    [Fact]
    public async Task Message_of_a_poison_queue_goes_nowhere_and_comes_back_when_its_lease_ends()
    {
        await using QueueUnderTest test = new(azurite.ConnectionString, "-poison")
        {
            Settings = new(8, 4, TimeSpan.FromMilliseconds(200), TimeSpan.Zero, MaxDequeueCount: 1, Base64: false),
            Function = (_, _) => Task.FromResult(QueueUnderTest.Failure),
            Lease = TimeSpan.FromSeconds(1),
        };
        await test.SendAsync("hopeless");
        await test.StartAsync();

        for (int attempt = 1; attempt <= 3; attempt++)
            Assert.Equal(attempt, ((QueueMessage)(await test.NextAsync()).Value!).DequeueCount);
        await test.DrainAsync();
        Assert.Equal(1, await test.CountAsync());
        Assert.False(await test.Poison.ExistsAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Missing_queue_is_waited_for_without_a_word()
    {
        await using QueueUnderTest test = await new QueueUnderTest(azurite.ConnectionString).StartAsync();
        await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.False(await test.Queue.ExistsAsync(TestContext.Current.CancellationToken));

        await test.SendAsync("at last");

        Assert.Equal("at last", await test.NextTextAsync());
        Assert.Empty(test.Log.From(LogLevel.Information));
    }

    [Fact]
    public async Task Body_that_is_not_base64_goes_the_way_of_a_failure_and_good_ones_are_decoded()
    {
        await using QueueUnderTest test = new(azurite.ConnectionString)
        {
            Settings = new(8, 4, TimeSpan.FromMilliseconds(200), TimeSpan.Zero, MaxDequeueCount: 2, Base64: true),
        };
        await test.SendAsync("plain, not base64!", Convert.ToBase64String("gr\u00fc\u00df dich"u8));
        await test.StartAsync();

        Assert.Equal("gr\u00fc\u00df dich", await test.NextTextAsync());
        await Eventually.IsAsync(async () => await test.CountAsync() == 0);
        Assert.False(test.TryNext(out _));
        Assert.Equal("plain, not base64!", await test.PoisonedAsync());
        Assert.Contains(test.Log.From(LogLevel.Error), line => line.Contains("set extensions.queues.messageEncoding to \"none\" in host.json"));
    }

    [Fact]
    public async Task Runs_up_to_batch_size_plus_threshold_at_once_and_never_more()
    {
        using SemaphoreSlim finish = new(0);
        int running = 0, most = 0;
        await using QueueUnderTest test = new(azurite.ConnectionString)
        {
            Settings = new(BatchSize: 4, NewBatchThreshold: 2, TimeSpan.FromMilliseconds(100), TimeSpan.Zero, 3, Base64: false),
            Function = async (_, cancellation) =>
            {
                InterlockedMax(ref most, Interlocked.Increment(ref running));
                await finish.WaitAsync(cancellation);
                Interlocked.Decrement(ref running);
                return InvocationOutcome.Success;
            },
        };
        await test.SendAsync([.. Enumerable.Range(0, 24).Select(i => $"{i}")]);
        await test.StartAsync();

        for (int i = 0; i < 4; i++) await test.NextAsync();
        Assert.False(test.TryNext(out _));
        finish.Release(2);
        for (int i = 0; i < 4; i++) await test.NextAsync();
        Assert.Equal(6, most);

        finish.Release(24);
        for (int i = 0; i < 16; i++) await test.NextAsync();
        await test.DrainAsync();
        Assert.Equal(6, most);
    }

    [Fact]
    public async Task Long_run_keeps_its_message_by_renewing_the_lease()
    {
        TaskCompletionSource finish = new();
        await using QueueUnderTest test = new(azurite.ConnectionString)
        {
            Lease = TimeSpan.FromSeconds(2),
            Function = async (_, _) =>
            {
                await finish.Task;
                return InvocationOutcome.Success;
            },
        };
        await test.SendAsync("long");
        await test.StartAsync();
        await test.NextAsync();

        await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.False(test.TryNext(out _));
        Assert.Null(await test.ReceiveAsync());

        finish.SetResult();
        await test.DrainAsync();
        Assert.Equal(0, await test.CountAsync());
    }

    [Fact]
    public async Task Stop_waits_for_what_runs_and_cancels_it_at_the_drain_deadline()
    {
        using CancellationTokenSource deadline = new();
        await using QueueUnderTest test = new(azurite.ConnectionString)
        {
            Function = async (_, cancellation) =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return QueueUnderTest.Failure;
            },
        };
        await test.SendAsync("running");
        await test.StartAsync();
        await test.NextAsync();

        Task stop = test.Listener!.StopAsync(deadline.Token);
        await test.SendAsync("too late");
        Assert.False(stop.IsCompleted);
        await deadline.CancelAsync();
        await stop.WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.False(test.TryNext(out _));
        Assert.Equal(2, await test.CountAsync());
        Assert.Contains("'F' still runs at the drain deadline; its cancellation token fires now.", test.Log.From(LogLevel.Warning));
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (int seen = target; value > seen; seen = target) Interlocked.CompareExchange(ref target, value, seen);
    }
}
