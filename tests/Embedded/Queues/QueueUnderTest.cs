using System.Threading.Channels;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Tidemark.Embedded;

namespace Tidemark.Tests.Embedded.Queues;

/// <summary>A queue of its own in Azurite, a listener on it, and every invocation that the listener made.</summary>
internal sealed class QueueUnderTest : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Channel<TriggerInput> inputs = Channel.CreateUnbounded<TriggerInput>();
    private readonly QueueServiceClient service;

    public QueueUnderTest(string connectionString, string suffix = "")
    {
        service = new(connectionString);
        Queue = service.GetQueueClient($"q{Guid.NewGuid():N}{suffix}");
        Poison = service.GetQueueClient(Queue.Name + "-poison");
    }

    public QueueClient Queue { get; }

    public QueueClient Poison { get; }

    public QueueSettings Settings { get; init; } =
        new(BatchSize: 8, NewBatchThreshold: 4, TimeSpan.FromMilliseconds(200), TimeSpan.Zero, MaxDequeueCount: 3, Base64: false);

    public TimeSpan? Lease { get; init; }

    /// <summary>What the function does; succeeds at once unless told otherwise.</summary>
    public InvokeFunction Function { get; init; } = (_, _) => Task.FromResult(InvocationOutcome.Success);

    public LogLines Log { get; } = new();

    public QueueListener? Listener { get; private set; }

    public static InvocationOutcome Failure { get; } = InvocationOutcome.Failure(new InvalidOperationException("told to fail"));

    public async Task SendAsync(params string[] bodies)
    {
        await Queue.CreateIfNotExistsAsync();
        foreach (string body in bodies) await Queue.SendMessageAsync(body);
    }

    public async Task<QueueUnderTest> StartAsync()
    {
        Listener = new("F", service, Queue.Name, Settings, InvokeAsync, TimeProvider.System, Log, Lease);
        await Listener.StartAsync(CancellationToken.None);
        return this;
    }

    /// <summary>The input of the next invocation, which has begun.</summary>
    public async Task<TriggerInput> NextAsync() => await inputs.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public async Task<string> NextTextAsync() => Text(await NextAsync());

    public bool TryNext(out TriggerInput? input) => inputs.Reader.TryRead(out input);

    public static string Text(TriggerInput input) => ((QueueMessage)input.Value!).Body.ToString();

    /// <summary>Stops the listener; everything that was in work is complete afterwards.</summary>
    public Task DrainAsync() => Listener!.StopAsync(CancellationToken.None);

    public async Task<int> CountAsync() => (await Queue.GetPropertiesAsync()).Value.ApproximateMessagesCount;

    /// <summary>Takes a message past the listener; null when none is visible.</summary>
    public async Task<QueueMessage?> ReceiveAsync() => await Queue.ReceiveMessageAsync();

    public Task GiveBackAsync(QueueMessage message) =>
        Queue.UpdateMessageAsync(message.MessageId, message.PopReceipt, visibilityTimeout: TimeSpan.Zero);

    /// <summary>Body of the first message in the poison queue.</summary>
    public async Task<string> PoisonedAsync() => (await Poison.ReceiveMessageAsync()).Value.Body.ToString();

    public async ValueTask DisposeAsync()
    {
        if (Listener is null) return;
        await Listener.StopAsync(new CancellationToken(canceled: true));
        await Listener.DisposeAsync();
    }

    private Task<InvocationOutcome> InvokeAsync(TriggerInput input, CancellationToken cancellation)
    {
        inputs.Writer.TryWrite(input);
        return Function(input, cancellation);
    }
}
