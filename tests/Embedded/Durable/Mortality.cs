using Azure.Core;
using Azure.Core.Pipeline;

namespace Tidemark.Tests.Embedded.Durable;

/// <summary>
/// Ends the life of an engine at its storage: the write of that number still takes effect, but its answer and everything afterwards is lost,
/// as for a process that is killed at that moment. Number 0 dies before its first write.
/// </summary>
internal sealed class Mortality(int lastWrite) : HttpPipelinePolicy
{
    private readonly TaskCompletionSource died = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int writes;
    private volatile bool dead = lastWrite == 0;

    public Task Died => died.Task;

    /// <summary>Writes that were made.</summary>
    public int Writes => Volatile.Read(ref writes);

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException("Storage is used asynchronously.");

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        ThrowIfDead();
        bool isLast = message.Request.Method != RequestMethod.Get && Interlocked.Increment(ref writes) == lastWrite;
        if (message.Request.Method != RequestMethod.Get && writes > lastWrite) dead = true;
        ThrowIfDead();
        await ProcessNextAsync(message, pipeline);
        if (isLast) dead = true;
        ThrowIfDead();
    }

    private void ThrowIfDead()
    {
        if (!dead) return;
        died.TrySetResult();
        throw new OperationCanceledException("This engine was killed.");
    }
}
