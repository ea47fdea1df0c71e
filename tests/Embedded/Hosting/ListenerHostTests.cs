using System.Threading.Channels;
using Azure.Storage.Queues;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.Embedded;
using Xunit;

namespace Tidemark.Tests.Embedded.Hosting;

/// <summary>Queue and timer functions in a whole host, from message to output.</summary>
public sealed class ListenerHostTests(AzuriteFixture azurite)
{
    private const string FastHost = """
        { "version": "2.0", "extensions": { "queues": { "maxPollingInterval": "00:00:00.200", "maxDequeueCount": 2, "messageEncoding": "none" } } }
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string id = $"h{Guid.NewGuid():N}";

    [Fact]
    public async Task Message_becomes_an_object_and_what_the_function_returns_becomes_messages()
    {
        QueueClient incoming = await QueueAsync("in"), outgoing = await QueueAsync("out");
        await incoming.SendMessageAsync("""{ "model": "heart", "rows": 2 }""", TestContext.Current.CancellationToken);
        await using RunningHost host = await StartAsync([typeof(Splitter)]);

        List<string> bodies = [];
        await Eventually.IsAsync(async () =>
        {
            bodies.AddRange((await outgoing.ReceiveMessagesAsync(32)).Value.Select(message => message.Body.ToString()));
            return bodies.Count == 2;
        });
        Assert.Equal(["""{"Model":"heart","Row":0}""", """{"Model":"heart","Row":1}"""], bodies.Order());
        await Eventually.IsAsync(async () => (await incoming.GetPropertiesAsync()).Value.ApproximateMessagesCount == 0);
    }

    [Fact]
    public async Task Message_that_does_not_convert_is_a_failure_and_ends_in_the_poison_queue()
    {
        QueueClient incoming = await QueueAsync("in"), poison = await QueueAsync("in-poison");
        await incoming.SendMessageAsync("not JSON", TestContext.Current.CancellationToken);
        await using RunningHost host = await StartAsync([typeof(Splitter)]);

        await Eventually.IsAsync(async () => (await poison.GetPropertiesAsync()).Value.ApproximateMessagesCount == 1);
        Assert.Equal("not JSON", (await poison.ReceiveMessageAsync(cancellationToken: TestContext.Current.CancellationToken)).Value.Body.ToString());
    }

    [Fact]
    public async Task Binding_data_of_a_message_binds_by_name()
    {
        QueueClient incoming = await QueueAsync("in");
        await incoming.SendMessageAsync("hello", TestContext.Current.CancellationToken);
        Channel<string> seen = Channel.CreateUnbounded<string>();
        await using RunningHost host = await StartAsync([typeof(Reader)], seen);

        string line = await seen.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Matches("^hello [0-9a-f-]{36} 1 True$", line);
    }

    [Fact]
    public async Task Timer_runs_at_start_and_is_retried_as_its_attribute_says()
    {
        Channel<string> seen = Channel.CreateUnbounded<string>();
        await using RunningHost host = await StartAsync([typeof(Nightly)], seen);

        for (int attempt = 0; attempt <= 2; attempt++)
        {
            Assert.Equal(
                $"attempt {attempt} of 2, past due False",
                await seen.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task Disabled_function_is_left_alone()
    {
        Channel<string> seen = Channel.CreateUnbounded<string>();
        await using RunningHost host = await StartAsync([typeof(Nightly), typeof(Reader)], seen, ("AzureWebJobs.Nightly.Disabled", "true"));
        QueueClient incoming = await QueueAsync("in");
        await incoming.SendMessageAsync("hello", TestContext.Current.CancellationToken);

        string first = await seen.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.StartsWith("hello", first);
    }

    [Fact]
    public async Task Everything_that_cannot_work_is_refused_at_start_in_one_list()
    {
        var refused = await Assert.ThrowsAsync<StartRefusedException>(() => StartAsync(
            [typeof(Mistaken)], null, ("Embedded:BlobWatcherInterval", "often"), ("BlobWatcher:incoming", "batch-intake")));

        Assert.Equal(
            [
                "Function 'BadConnection': The storage connection 'Nowhere' is not set; set Nowhere to a connection string, or Nowhere__queueServiceUri to the service's address.",
                "Function 'BadQueue': The queue name 'no_queue' is refused by Azure Storage; give 3 to 63 letters, digits and single hyphens between them.",
                "Function 'BadSchedule': The timer schedule '0 0 25 * * *' is neither an interval (hh:mm:ss) nor NCRONTAB: '25' is no hour; give 0 to 23, *, a range a-b, a step /n, or a list of these.",
                "Function 'BadSetting': '%Absent%' names the setting 'Absent', which is not set; add it to the application settings.",
                "The blob watcher: the setting 'Embedded:BlobWatcherInterval' is 'often'; give a positive time such as 00:00:05.",
            ],
            refused.Problems.Order(StringComparer.Ordinal));
    }

    private Task<RunningHost> StartAsync(Type[] types, Channel<string>? seen = null, params (string Name, string Value)[] also) =>
        RunningHost.StartAsync(
            types, builder => builder.Services.AddSingleton(seen ?? Channel.CreateUnbounded<string>()), FastHost,
            [("AzureWebJobsStorage", azurite.ConnectionString), ("AzureFunctionsWebHost:hostid", id[..32]), ("Id", id), .. also]);

    private async Task<QueueClient> QueueAsync(string suffix)
    {
        QueueClient queue = new QueueServiceClient(azurite.ConnectionString).GetQueueClient($"{id}-{suffix}");
        await queue.CreateIfNotExistsAsync();
        return queue;
    }

    public sealed record Order(string Model, int Rows);

    public sealed record Piece(string Model, int Row);

    public sealed class Splitter
    {
        [Function(nameof(Split))]
        [QueueOutput("%Id%-out")]
        public static Piece[] Split([QueueTrigger("%Id%-in")] Order order) => [.. Enumerable.Range(0, order.Rows).Select(row => new Piece(order.Model, row))];
    }

    public sealed class Reader(Channel<string> seen)
    {
        [Function(nameof(Read))]
        public void Read([QueueTrigger("%Id%-in")] string message, string id, int dequeueCount, DateTimeOffset insertionTime) =>
            seen.Writer.TryWrite($"{message} {id} {dequeueCount} {insertionTime > DateTimeOffset.UnixEpoch}");
    }

    public sealed class Nightly(Channel<string> seen)
    {
        [Function(nameof(Nightly))]
        [FixedDelayRetry(2, "00:00:00.050")]
        public void Run([TimerTrigger("0 0 3 1 1 *", RunOnStartup = true)] TimerInfo timer, FunctionContext context)
        {
            seen.Writer.TryWrite($"attempt {context.RetryContext.RetryCount} of {context.RetryContext.MaxRetryCount}, past due {timer.IsPastDue}");
            throw new InvalidOperationException("told to fail");
        }
    }

    public sealed class Mistaken
    {
        [Function(nameof(BadConnection))]
        public static void BadConnection([QueueTrigger("fine", Connection = "Nowhere")] string message) => _ = message;

        [Function(nameof(BadQueue))]
        public static void BadQueue([QueueTrigger("no_queue")] string message) => _ = message;

        [Function(nameof(BadSchedule))]
        public static void BadSchedule([TimerTrigger("0 0 25 * * *")] TimerInfo timer) => _ = timer;

        [Function(nameof(BadSetting))]
        public static void BadSetting([TimerTrigger("%Absent%")] TimerInfo timer) => _ = timer;
    }
}
