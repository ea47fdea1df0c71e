using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;

namespace Tidemark.Embedded;

/// <summary>What every invocation draws on: service scopes and time.</summary>
internal sealed class InvocationLimits(IServiceScopeFactory scopes, TimeSpan? functionTimeout, TimeProvider clock)
{
    public IServiceScopeFactory Scopes { get; } = scopes;

    public InvocationDeadlines Deadlines { get; } = new(functionTimeout, clock);
}

/// <summary>Pooled token sources that fire at the function timeout.</summary>
internal sealed class InvocationDeadlines(TimeSpan? timeout, TimeProvider clock)
{
    private const int PoolSize = 256;
    private readonly ConcurrentQueue<InvocationDeadline> pool = new();

    public InvocationDeadline Rent(CancellationToken outer)
    {
        if (timeout is null)
            return new InvocationDeadline(this, null, outer);
        if (!pool.TryDequeue(out InvocationDeadline? deadline))
            deadline = new InvocationDeadline(this, new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock), default);
        deadline.Begin(timeout.Value, outer);
        return deadline;
    }

    public void Return(InvocationDeadline deadline)
    {
        if (pool.Count < PoolSize)
            pool.Enqueue(deadline);
        else
            deadline.Dispose();
    }
}

/// <summary>The token of one invocation: the caller's own, or one that also fires at the function timeout.</summary>
internal sealed class InvocationDeadline(InvocationDeadlines pool, CancellationTokenSource? source, CancellationToken outer) : IDisposable
{
    private CancellationToken caller = outer;
    private CancellationTokenRegistration link;

    public CancellationToken Token => source?.Token ?? caller;

    /// <summary>Whether the token fired by itself, not for the caller.</summary>
    public bool HasPassed => source is { IsCancellationRequested: true } && !caller.IsCancellationRequested;

    public void Begin(TimeSpan timeout, CancellationToken outer)
    {
        caller = outer;
        source!.CancelAfter(timeout);
        link = outer.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), source);
    }

    public void Return()
    {
        if (source is null)
            return;
        link.Dispose();
        if (source.TryReset())
            pool.Return(this);
        else
            Dispose();
    }

    public void Dispose() => source?.Dispose();
}
