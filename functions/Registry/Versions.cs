using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;

namespace Tidemark.Registry;

/// <summary>Reads models and versions for people and tools, and deletes versions.</summary>
public sealed class Versions(RegistryTable table, ModelBlobs blobs, ModelDirectory directory, TimeProvider time)
{
    private const int MaxTries = 20;

    /// <summary>One page of models with what their <c>champion</c> is, by name.</summary>
    public async Task<Outcome<ModelPage>> ModelsAsync(ModelPageRequest page, CancellationToken cancellation)
    {
        var names = new List<string>();
        await foreach (var row in table.ModelsAsync(page.After, page.Limit + 1, cancellation))
        {
            names.Add(row.RowKey);
            if (names.Count > page.Limit) break;
        }

        string? next = names.Count > page.Limit ? ModelPageRequest.CursorAfter(names[page.Limit - 1]) : null;
        var models = await Task.WhenAll(names.Take(page.Limit).Select(async name =>
            new ModelSummary(name, (await table.AliasAsync(ModelName.Parse(name).Value, AliasName.Champion, cancellation))?.Version)));
        return new ModelPage(models, next);
    }

    /// <summary>A model with all its versions, newest first, and its aliases.</summary>
    public async Task<Outcome<ModelView>> ModelAsync(ModelName model, CancellationToken cancellation)
    {
        var versions = new List<VersionRow>();
        await foreach (var row in table.RowsAsync<VersionRow>(model, VersionRow.Prefix, cancellation)) versions.Add(row);
        if (versions.Count == 0) return RegistryFailures.UnknownModel(model);

        var aliases = new SortedDictionary<string, string>(StringComparer.Ordinal);
        await foreach (var row in table.RowsAsync<AliasRow>(model, AliasRow.Prefix, cancellation)) aliases.Add(row.RowKey[AliasRow.Prefix.Length..], row.Version);
        return new ModelView(model.ToString(), aliases, [.. versions.OrderByDescending(v => v.Created).Select(v => VersionView.Of(v, manifest: null))]);
    }

    /// <summary>One version with its manifest once it is sealed. Gone when it was deleted.</summary>
    public async Task<Outcome<VersionView>> VersionAsync(VersionReference version, CancellationToken cancellation)
    {
        switch (await table.VersionAsync(version, cancellation))
        {
            case null: return RegistryFailures.UnknownVersion(version);
            case { State: VersionState.Deleted }: return RegistryFailures.Deleted(version);
            case { State: VersionState.Sealed } row:
                return await blobs.ManifestAsync(version, cancellation) is { } manifest ? VersionView.Of(row, manifest) : RegistryFailures.Overwritten(version);
            case var row: return VersionView.Of(row, manifest: null);
        }
    }

    /// <summary>Deletes a version that no alias names. The row stays as a tombstone; a repeated call finishes what a killed one began.</summary>
    public async Task<Outcome<VersionReference>> DeleteAsync(VersionReference version, Actor by, CancellationToken cancellation)
    {
        for (int i = 0; i < MaxTries; i++)
        {
            var row = await table.VersionAsync(version, cancellation);
            if (row is null) return RegistryFailures.UnknownVersion(version);
            if (row.Aliases.Length > 0) return RegistryFailures.Named(version, row.AliasList());
            if (row.State != VersionState.Deleted && !await TryMarkAsync(version, row, by, cancellation)) continue;

            await directory.DeletedAsync(version);
            await blobs.DeleteAsync(version, cancellation);
            return version;
        }

        return RegistryFailures.Busy(version.ToString());
    }

    private Task<bool> TryMarkAsync(VersionReference version, VersionRow row, Actor by, CancellationToken cancellation)
    {
        row.State = VersionState.Deleted;
        var audit = AuditRow.Of(row.PartitionKey, "version-deleted", version.ToString(), by.ToString(), time.GetUtcNow(), Guid.NewGuid().ToString("N"));
        return table.TryWriteAsync([row, audit], cancellation);
    }
}
