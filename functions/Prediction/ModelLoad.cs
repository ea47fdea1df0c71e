using Tidemark.Platform.Errors;

namespace Tidemark.Prediction;

/// <summary>One attempt to load a model version, begun by the first who asks and shared by all.</summary>
internal sealed class ModelLoad(Func<Task<Outcome<LoadedModel>>> load, bool afterFailure)
{
    private readonly Lazy<Task<Outcome<LoadedModel>>> task = new(() => System.Threading.Tasks.Task.Run(load));
    private long failedAt;

    public Task<Outcome<LoadedModel>> Task => task.Value;

    /// <summary>Whether the attempt before this one failed.</summary>
    public bool AfterFailure { get; } = afterFailure;

    /// <summary>The model when it is loaded; null before and after a failure.</summary>
    public LoadedModel? Ready => task.IsValueCreated && task.Value.IsCompletedSuccessfully && task.Value.Result.Ok ? task.Value.Result.Value : null;

    /// <summary>Whether the failure was first seen at least <paramref name="after"/> ago.</summary>
    public bool MayRetry(TimeProvider time, TimeSpan after)
    {
        long now = time.GetTimestamp();
        long seen = Interlocked.CompareExchange(ref failedAt, now, 0);
        return seen != 0 && time.GetElapsedTime(seen, now) >= after;
    }
}
