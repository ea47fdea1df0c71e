using Tidemark.Platform.Errors;
using Tidemark.Registry;

namespace Tidemark.Prediction;

/// <summary>The names of all models: <see cref="ModelDirectory.ListAsync"/>.</summary>
internal delegate Task<Outcome<IReadOnlyList<ModelName>>> ListModels(CancellationToken cancellation);

/// <summary>
/// Whether this host can answer: storage has answered once, or a model is in memory. An outage that comes later does not end readiness,
/// for the models in memory go on answering.
/// </summary>
public sealed class Readiness
{
    /// <summary>How long a probe waits for storage.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly ListModels list;
    private readonly SessionCache sessions;
    private readonly TimeProvider time;
    private volatile bool reached;
    private Task<Outcome<IReadOnlyList<ModelName>>>? asking;

    internal Readiness(ListModels list, SessionCache sessions, TimeProvider time) => (this.list, this.sessions, this.time) = (list, sessions, time);

    /// <summary>Null when ready; else why not, with the time after which to ask again.</summary>
    public async Task<Failure?> CheckAsync(CancellationToken cancellation)
    {
        if (reached || sessions.Any) return null;
        try
        {
            var answer = await Ask().WaitAsync(Patience, time, cancellation);
            reached = answer.Ok;
            return answer.Failure;
        }
        catch (TimeoutException)
        {
            return new Failure(FailureKind.Unavailable, "Not ready", "Storage has not answered yet and no model is in memory. Ask again after the time in Retry-After.") { RetryAfter = Patience };
        }
    }

    /// <summary>One question to storage at a time, however many probes wait for it.</summary>
    private Task<Outcome<IReadOnlyList<ModelName>>> Ask()
    {
        var current = asking;
        return current is { IsCompleted: false } ? current : asking = list(CancellationToken.None);
    }
}
