using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tidemark.Platform.Errors;
using Tidemark.Registry;

namespace Tidemark.Prediction;

/// <summary>The file of a model version: <see cref="ModelDirectory.DownloadAsync"/>.</summary>
internal delegate Task<Outcome<byte[]>> DownloadModel(ModelName model, ModelVersion version, CancellationToken cancellation);

/// <summary>Reads how a model's predictions are logged before the first one is answered; waits only briefly.</summary>
internal delegate Task PrepareLog(ModelName model, CancellationToken cancellation);

/// <summary>
/// Model versions in memory: loaded once however many ask, bounded by memory (the one used longest ago goes), counted so that a version
/// that goes away finishes what it has begun. When the champion moves, the old one answers until the new one is warm; when the new one
/// cannot be loaded, the old one goes on and its answers say so (promise I6).
/// </summary>
internal sealed partial class SessionCache(
    DownloadModel download, LoadRules loadRules, PrepareLog prepareLog, IOptions<PredictionOptions> options, TimeProvider time, PredictionInstruments instruments, ILogger<SessionCache> logger) : IDisposable
{
    private const int LoadsAtOnce = 2;

    private readonly ConcurrentDictionary<VersionReference, ModelLoad> loads = new();
    private readonly ConcurrentDictionary<ModelName, LoadedModel> champions = new();
    private readonly SemaphoreSlim loading = new(LoadsAtOnce);
    private readonly Lock room = new();

    /// <summary>Whether any model is in memory.</summary>
    public bool Any => loads.Values.Any(load => load.Ready is not null);

    /// <summary>
    /// Holds the session of <paramref name="resolved"/>, or of the last good champion when <paramref name="champion"/> is asked for and the
    /// new one is not ready. Completes at once and allocates nothing when the model is in memory. Unavailable: it cannot be loaded now.
    /// </summary>
    public ValueTask<Outcome<ModelLease>> AcquireAsync(ResolvedModel resolved, bool champion, CancellationToken cancellation)
    {
        var known = champion
            ? champions.GetValueOrDefault(resolved.Model)
            : loads.GetValueOrDefault(new VersionReference(resolved.Model, resolved.Version))?.Ready;
        return known is not null && known.Version == resolved.Version && known.TryAcquire()
            ? new(new ModelLease(known, resolved.Stale))
            : AcquireLoadingAsync(resolved, champion, cancellation);
    }

    public void Dispose()
    {
        foreach (var load in loads.Values) load.Ready?.Release();
        loads.Clear();
        champions.Clear();
        loading.Dispose();
    }

    private async ValueTask<Outcome<ModelLease>> AcquireLoadingAsync(ResolvedModel resolved, bool champion, CancellationToken cancellation)
    {
        var reference = new VersionReference(resolved.Model, resolved.Version);
        while (true)
        {
            var load = loads.GetOrAdd(reference, _ => new ModelLoad(() => LoadAsync(resolved), afterFailure: false));
            var loaded = load.Task;
            if (champion && !loaded.IsCompleted && LastGood(resolved.Model) is { } old) return Lease(old, resolved.Stale || load.AfterFailure);

            var outcome = await loaded.WaitAsync(cancellation);
            if (outcome.Ok)
            {
                if (outcome.Value.TryAcquire())
                {
                    if (champion) champions[resolved.Model] = outcome.Value;
                    MakeRoom(outcome.Value);
                    return Lease(outcome.Value, resolved.Stale);
                }

                loads.TryRemove(KeyValuePair.Create(reference, load)); // unloaded between the look and the hold
                continue;
            }

            if (load.MayRetry(time, options.Value.FailedLoadRetry))
            {
                loads.TryUpdate(reference, new ModelLoad(() => LoadAsync(resolved), afterFailure: true), load);
                continue;
            }

            return champion && LastGood(resolved.Model) is { } good ? Lease(good, stale: true) : outcome.Failure;
        }
    }

    /// <summary>The champion that answered last, held; null when there is none in memory.</summary>
    private LoadedModel? LastGood(ModelName model) => champions.TryGetValue(model, out var last) && last.TryAcquire() ? last : null;

    private static Outcome<ModelLease> Lease(LoadedModel model, bool stale) => new ModelLease(model, stale);

    private async Task<Outcome<LoadedModel>> LoadAsync(ResolvedModel resolved)
    {
        var reference = new VersionReference(resolved.Model, resolved.Version);
        await loading.WaitAsync();
        try
        {
            var bytes = await download(reference.Model, reference.Version, CancellationToken.None);
            var loaded = bytes.Ok ? LoadedModel.Load(reference.Model, reference.Version, bytes.Value, options.Value.KeptBufferBytes) : bytes.As<LoadedModel>();
            if (!loaded.Ok) return Failed(reference, loaded.Failure.Detail);

            var rules = await loadRules(reference, CancellationToken.None);
            if (!rules.Ok)
            {
                loaded.Value.Release();
                return Failed(reference, $"its rules can't be read: {rules.Failure.Detail}");
            }

            loaded.Value.Rules = rules.Value;
            loaded.Value.ClassLabels = resolved.Manifest.ClassLabels;
            await prepareLog(reference.Model, CancellationToken.None);

            instruments.Loaded(loaded.Value.NameText);
            LogLoaded(reference, loaded.Value.MemoryEstimate);
            return loaded;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // A bug or an unforeseen fault of storage must not stop the model that answers (I6).
            LogBroken(reference, exception);
            return Failed(reference, "an unexpected error, which the log of the host names");
        }
        finally
        {
            loading.Release();
        }
    }

    private Failure Failed(VersionReference reference, string reason)
    {
        reason = reason.TrimEnd('.');
        instruments.Failed(reference.Model.ToString());
        LogFailed(reference, reason);
        var retry = options.Value.FailedLoadRetry;
        return new Failure(FailureKind.Unavailable, "Model not ready", $"Version '{reference.Version}' of the model '{reference.Model}' cannot be loaded: {reason}. It is tried again after {retry.TotalSeconds:0.#} s.")
        {
            RetryAfter = retry,
        };
    }

    /// <summary>Unloads what was used longest ago until the estimates fit; never <paramref name="newest"/>.</summary>
    private void MakeRoom(LoadedModel newest)
    {
        lock (room)
        {
            var others = loads.Where(load => load.Value.Ready is { } ready && ready != newest).OrderBy(load => load.Value.Ready!.LastUse).ToList();
            long used = newest.MemoryEstimate + others.Sum(load => load.Value.Ready!.MemoryEstimate);
            foreach (var (reference, load) in others)
            {
                if (used <= options.Value.ModelMemoryBytes) return;
                if (!loads.TryRemove(KeyValuePair.Create(reference, load))) continue;
                var unloaded = load.Ready!;
                champions.TryRemove(KeyValuePair.Create(reference.Model, unloaded));
                used -= unloaded.MemoryEstimate;
                instruments.Evicted(unloaded.NameText);
                LogEvicted(reference);
                unloaded.Release();
            }
        }
    }
}
