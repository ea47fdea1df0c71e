namespace Tidemark.Embedded;

/// <summary>Tells a polling loop of this process that there is something to find, so that it need not wait for its next poll.</summary>
internal sealed class Signal
{
    private volatile TaskCompletionSource set = New();

    public void Set() => set.TrySetResult();

    /// <summary>Waits <paramref name="time"/> at most; false when <paramref name="cancellation"/> ended the wait.</summary>
    public async Task<bool> WaitAsync(TimeSpan time, TimeProvider clock, CancellationToken cancellation)
    {
        Task arrived = set.Task;
        if (time > TimeSpan.Zero)
            await arrived.WaitAsync(time, clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (arrived.IsCompleted) set = New();
        return !cancellation.IsCancellationRequested;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
