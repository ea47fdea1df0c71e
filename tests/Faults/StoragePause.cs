namespace Tidemark.Tests.Faults;

/// <summary>A call to storage that waits for the test.</summary>
internal sealed class StoragePause(Func<StorageCall, bool> matches, Moment moment)
{
    private readonly TaskCompletionSource<StorageCall> reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The call that waits, once it does.</summary>
    public Task<StorageCall> Reached => reached.Task;

    /// <summary>Lets it go on.</summary>
    public void Release() => released.TrySetResult();

    internal bool Takes(StorageCall call, Moment now) => now == moment && !released.Task.IsCompleted && matches(call);

    internal Task HoldAsync(StorageCall call, CancellationToken aborted)
    {
        reached.TrySetResult(call);
        return released.Task.WaitAsync(aborted);
    }
}
