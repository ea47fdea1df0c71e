using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Storage;

namespace Tidemark.Registry;

/// <summary>
/// The registry as predictions read it: which version answers for a model, what it takes and gives, and its file. Answers come from memory and
/// are refreshed behind the caller's back; when storage fails, the last good answer stays and says so (promise I6).
/// </summary>
public sealed partial class ModelDirectory(
    RegistryTable table, ModelBlobs blobs, IOptions<RegistryOptions> options, TimeProvider time, ILogger<ModelDirectory> logger)
{
    private readonly ConcurrentDictionary<Key, DirectoryEntry> entries = new();
    private readonly ConcurrentDictionary<VersionReference, ModelManifest> manifests = new();
    private readonly long refreshTicks = (long)(options.Value.AliasRefresh.TotalSeconds * time.TimestampFrequency);

    /// <summary>
    /// The version that answers: <paramref name="version"/>, or the one that the alias <c>champion</c> names. The same instance while nothing
    /// changes; a known answer comes synchronously and allocates nothing. NotFound: no such model or version, or no champion. Gone: deleted.
    /// Unavailable: storage is down and nothing is known.
    /// </summary>
    public ValueTask<Outcome<ResolvedModel>> ResolveAsync(ModelName model, ModelVersion? version, CancellationToken cancellation)
    {
        var key = new Key(model, version);
        if (!entries.TryGetValue(key, out var entry) || entry.Shown is not { } shown)
            return new(FirstAsync(key, cancellation));

        if (entry.IsDue(time.GetTimestamp(), refreshTicks)) Refresh(key, entry);
        return new(shown);
    }

    /// <summary>The file of a sealed version, checked against its manifest. DataLoss: it was replaced after sealing.</summary>
    public async Task<Outcome<byte[]>> DownloadAsync(ModelName model, ModelVersion version, CancellationToken cancellation)
    {
        var resolved = await ResolveAsync(model, version, cancellation);
        if (!resolved.Ok) return resolved.Failure;

        var reference = new VersionReference(model, version);
        return await GuardedAsync<byte[]>(async () =>
        {
            var file = await blobs.DownloadAsync(reference, long.MaxValue, cancellation);
            if (!file.Ok) return file.Failure;
            return file.Value?.Sha256 == resolved.Value.Manifest.Sha256 ? file.Value.Bytes : RegistryFailures.Overwritten(reference);
        });
    }

    /// <summary>The names of all models, in order.</summary>
    public Task<Outcome<IReadOnlyList<ModelName>>> ListAsync(CancellationToken cancellation) => GuardedAsync<IReadOnlyList<ModelName>>(async () =>
    {
        var names = new List<ModelName>();
        await foreach (var row in table.ModelsAsync("", 1000, cancellation)) names.Add(ModelName.Parse(row.RowKey).Value);
        return names;
    });

    /// <summary>Does the work for every model. One that fails does not keep the others; the failures are thrown together at the end.</summary>
    /// <param name="what">The work, as a message begins: <c>The drift check</c>.</param>
    /// <exception cref="TimeoutException">The models can't be listed.</exception>
    /// <exception cref="AggregateException">The work failed for some.</exception>
    internal async Task ForEachAsync(string what, Func<ModelName, Task> work, CancellationToken cancellation)
    {
        var models = await ListAsync(cancellation);
        if (!models.Ok) throw new TimeoutException($"The models can't be listed: {models.Failure.Detail}");
        List<Exception> failed = [];
        foreach (ModelName model in models.Value)
        {
            try
            {
                await work(model);
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                failed.Add(new InvalidOperationException($"{what} of {model} failed; it is tried again in an hour.", e));
            }
        }

        if (failed.Count > 0) throw new AggregateException(failed);
    }

    /// <summary>An alias was moved by this process: whoever asks from now on gets the new answer.</summary>
    internal Task MovedAsync(ModelName model, AliasName alias)
    {
        if (alias != AliasName.Champion) return Task.CompletedTask;
        var key = new Key(model, null);
        return entries.GetOrAdd(key, static _ => new DirectoryEntry()).RestartAsync((e, epoch) => RefreshAsync(key, e, epoch));
    }

    /// <summary>A version was deleted by this process.</summary>
    internal Task DeletedAsync(VersionReference version)
    {
        var key = new Key(version.Model, version.Version);
        return entries.TryGetValue(key, out var entry) ? entry.RestartAsync((e, epoch) => RefreshAsync(key, e, epoch)) : Task.CompletedTask;
    }

    // Apart from ResolveAsync, so that its hot path makes no closure.
    private Task<Outcome<ResolvedModel>> FirstAsync(Key key, CancellationToken cancellation) =>
        entries.GetOrAdd(key, static _ => new DirectoryEntry()).JoinAsync((e, epoch) => RefreshAsync(key, e, epoch)).WaitAsync(cancellation);

    private void Refresh(Key key, DirectoryEntry entry) => entry.JoinAsync((e, epoch) => RefreshAsync(key, e, epoch));

    private async Task<Outcome<ResolvedModel>> RefreshAsync(Key key, DirectoryEntry entry, int epoch)
    {
        var read = await GuardedAsync(() => ReadAsync(key));
        var shown = entry.Publish(read, epoch, time.GetTimestamp() + refreshTicks, out bool wentStale);
        if (wentStale) LogStale(key.Model, read.Failure!.Detail);
        if (!shown.Ok) entries.TryRemove(KeyValuePair.Create(key, entry));
        return shown;
    }

    private async Task<Outcome<ResolvedModel>> ReadAsync(Key key)
    {
        var version = key.Version is { } wanted ? await SealedAsync(new(key.Model, wanted)) : await ChampionAsync(key.Model);
        return await version.ThenAsync(async v => (await ManifestAsync(v)).Map(m => new ResolvedModel(v.Model, v.Version, m, Stale: false)));
    }

    private async Task<Outcome<VersionReference>> ChampionAsync(ModelName model)
    {
        if (await table.AliasAsync(model, AliasName.Champion, CancellationToken.None) is { } alias) return VersionReference.Parse(model.ToString(), alias.Version);

        await foreach (var _ in table.RowsAsync<VersionRow>(model, VersionRow.Prefix, CancellationToken.None, take: 1))
            return RegistryFailures.UnknownAlias(model, AliasName.Champion);
        return RegistryFailures.UnknownModel(model);
    }

    private async Task<Outcome<VersionReference>> SealedAsync(VersionReference version) => await table.VersionAsync(version, CancellationToken.None) switch
    {
        { State: VersionState.Sealed } => version,
        { State: VersionState.Deleted } => RegistryFailures.Deleted(version),
        _ => RegistryFailures.UnknownVersion(version),
    };

    private async Task<Outcome<ModelManifest>> ManifestAsync(VersionReference version)
    {
        if (manifests.TryGetValue(version, out var known)) return known;
        if (await blobs.ManifestAsync(version, CancellationToken.None) is not { } manifest) return RegistryFailures.Overwritten(version);
        return manifests.GetOrAdd(version, manifest);
    }

    private static async Task<Outcome<T>> GuardedAsync<T>(Func<Task<Outcome<T>>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception e) when (StorageOutage.Is(e))
        {
            return StorageOutage.Failure;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Model {Model}: the last good version goes on answering, because the registry can't be read: {Reason}")]
    private partial void LogStale(ModelName model, string reason);

    private readonly record struct Key(ModelName Model, ModelVersion? Version);
}
