using System.Globalization;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;

namespace Tidemark.Registry;

/// <summary>A version that stands, and whether this request made it.</summary>
public sealed record Registered(ModelManifest Manifest, bool Created);

/// <summary>
/// Registers an uploaded file: verify, take a number, upload, seal. The same bytes again find the version that they already are, so that
/// a client may repeat a request whose answer was lost, and a repeated request finishes what a killed process began.
/// </summary>
public sealed class Registration(RegistryTable table, ModelBlobs blobs, Sealing sealing, PinLineage pin, TimeProvider time)
{
    private const int MaxTries = 100;

    public async Task<Outcome<Registered>> RegisterAsync(ModelName model, ModelFile file, ModelMetadata metadata, Actor actor, CancellationToken cancellation)
    {
        ModelVersion? wanted = null;
        if (metadata.Version is { } text)
        {
            var parsed = ModelVersion.Parse(text);
            if (!parsed.Ok) return parsed.Failure;
            wanted = parsed.Value;
        }

        var verified = VerifiedModel.Check(file);
        if (!verified.Ok) return verified.Failure;
        var pinned = await pin.PinnedAsync(model, metadata, cancellation);
        if (!pinned.Ok) return pinned.Failure;

        await table.ListModelAsync(model, cancellation);
        string owner = Guid.NewGuid().ToString("N");
        for (int i = 0; i < MaxTries; i++)
        {
            var claim = wanted is { } version
                ? await ClaimAsync(new VersionReference(model, version), verified.Value, Row, cancellation)
                : await ClaimNextAsync(model, verified.Value, Row, cancellation);
            if (!claim.Ok) return claim.Failure;
            if (claim.Value is not { } row) continue;

            var reference = new VersionReference(model, ModelVersion.Parse(row.Version).Value);
            if (row.State == VersionState.Uploading) await blobs.UploadAsync(reference, file.Bytes, cancellation);
            var manifest = await sealing.SealAsync(reference, verified.Value, cancellation);
            if (manifest.Ok) return new Registered(manifest.Value, Created: row.Owner == owner);
            if (wanted is not null || manifest.Failure.Kind != FailureKind.Conflict) return manifest.Failure;
        }

        return RegistryFailures.Busy(model.ToString());

        VersionRow Row(ModelVersion version) => new()
        {
            PartitionKey = model.ToString(),
            RowKey = VersionRow.Key(version),
            State = VersionState.Uploading,
            Owner = owner,
            Sha256 = verified.Value.Sha256,
            Size = verified.Value.Size,
            Created = time.GetUtcNow(),
            CreatedBy = metadata.CreatedBy ?? actor.ToString(),
            Metadata = MetadataReader.Text(pinned.Value),
        };
    }

    /// <summary>The row of the version that was asked for, if these bytes have it or can get it; null = look again.</summary>
    private async Task<Outcome<VersionRow?>> ClaimAsync(VersionReference version, VerifiedModel model, Func<ModelVersion, VersionRow> make, CancellationToken cancellation)
    {
        if (await table.VersionAsync(version, cancellation) is { } row)
            return Holds(row, model) ? row : row.State == VersionState.Deleted ? RegistryFailures.Deleted(version) : RegistryFailures.Taken(version);

        var content = await ContentAsync(version.Model, model.Sha256, cancellation);
        row = make(version.Version);
        bool held = await HolderAsync(version.Model, content, model, cancellation) is not null;
        content.Version = row.Version;
        return await table.TryWriteAsync(held ? [row] : [row, content], cancellation) ? row : (VersionRow?)null;
    }

    /// <summary>The row that holds these bytes already, or a new one with the next number; null = look again.</summary>
    private async Task<Outcome<VersionRow?>> ClaimNextAsync(ModelName model, VerifiedModel verified, Func<ModelVersion, VersionRow> make, CancellationToken cancellation)
    {
        var content = await ContentAsync(model, verified.Sha256, cancellation);
        if (await HolderAsync(model, content, verified, cancellation) is { } holder) return holder;

        int last = 0;
        await foreach (var known in table.RowsAsync<VersionRow>(model, VersionRow.Prefix, cancellation))
        {
            if (int.TryParse(known.Version, NumberStyles.None, CultureInfo.InvariantCulture, out int number)) last = Math.Max(last, number);
        }

        var row = make(ModelVersion.Number(last + 1));
        content.Version = row.Version;
        return await table.TryWriteAsync([row, content], cancellation) ? row : (VersionRow?)null;
    }

    private async Task<ContentRow> ContentAsync(ModelName model, string sha256, CancellationToken cancellation) =>
        await table.GetAsync<ContentRow>(model, ContentRow.Key(sha256), cancellation)
        ?? new ContentRow { PartitionKey = model.ToString(), RowKey = ContentRow.Key(sha256) };

    private async Task<VersionRow?> HolderAsync(ModelName model, ContentRow content, VerifiedModel verified, CancellationToken cancellation) =>
        content.Version.Length > 0 && await table.GetAsync<VersionRow>(model, VersionRow.Prefix + content.Version, cancellation) is { } row && Holds(row, verified) ? row : null;

    private static bool Holds(VersionRow row, VerifiedModel model) =>
        row.Sha256 == model.Sha256 && row.State is VersionState.Uploading or VersionState.Sealed;
}
