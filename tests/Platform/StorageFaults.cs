using Azure.Core;
using Azure.Core.Pipeline;

namespace Tidemark.Tests.Platform;

/// <summary>What happens to one request between the SDK's retries and Azurite.</summary>
internal enum Fault
{
    None,

    /// <summary>The process dies before the request leaves.</summary>
    KilledBefore,

    /// <summary>The process dies when the request has been carried out, before it learns the answer.</summary>
    KilledAfter,

    /// <summary>The request is carried out, its answer is lost; the SDK tries again.</summary>
    AnswerLost,

    /// <summary>Nobody listens.</summary>
    Down,
}

/// <summary>Stands for the end of the process in a test: nothing in the code under test may catch it.</summary>
internal sealed class ProcessKilledException : Exception;

/// <summary>A pipeline policy that decides the fate of each request by its number, counted from 1.</summary>
internal sealed class StorageFaults(Func<int, Fault> fate) : HttpPipelinePolicy
{
    private int requests;

    public int Requests => Volatile.Read(ref requests);

    public static StorageFaults None => new(_ => Fault.None);

    public static StorageFaults At(int number, Fault fault) => new(n => n == number ? fault : Fault.None);

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException("The suite calls storage asynchronously.");

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        Fault fault = fate(Interlocked.Increment(ref requests));
        if (fault is Fault.KilledBefore) throw new ProcessKilledException();
        if (fault is Fault.Down) throw new IOException("Connection refused");

        await ProcessNextAsync(message, pipeline);
        if (fault is Fault.KilledAfter) throw new ProcessKilledException();
        if (fault is Fault.AnswerLost) throw new IOException("The connection broke before the answer came");
    }
}
