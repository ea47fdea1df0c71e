using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tidemark.Platform.Errors;

namespace Tidemark.Registry;

/// <summary>
/// The step that makes a version what it is: read the file back, verify it, write the manifest, mark the row. Every part may run twice, in
/// several processes, or be broken off anywhere; whoever comes next goes on. Used by the upload and by the queue function alike.
/// </summary>
public sealed partial class Sealing(RegistryTable table, ModelBlobs blobs, IOptions<RegistryOptions> options, PinLineage pin, TimeProvider time, ILogger<Sealing> logger)
{
    private const int MaxTries = 20;

    /// <summary>Seals the version that <paramref name="uploaded"/> was uploaded as. Conflict: the place was taken by another file.</summary>
    public async Task<Outcome<ModelManifest>> SealAsync(VersionReference version, VerifiedModel uploaded, CancellationToken cancellation)
    {
        ModelFile? file = null;
        for (int i = 0; i < MaxTries; i++)
        {
            var row = await table.VersionAsync(version, cancellation);
            if (row?.Sha256 != uploaded.Sha256 || row.State is VersionState.Rejected or VersionState.Deleted) return RegistryFailures.Taken(version);
            if (row.State == VersionState.Sealed) return await SealedManifestAsync(version, row, cancellation);
            file ??= (await blobs.DownloadAsync(version, long.MaxValue, cancellation)).Value;
            if (file?.Sha256 != uploaded.Sha256)
                await RejectAsync(version, row, "Another file lay where this version's file belongs.", cancellation);
            else if (await TrySealAsync(version, row, uploaded, cancellation) is { } manifest)
                return manifest;
        }

        return RegistryFailures.Busy(version.ToString());
    }

    /// <summary>Takes in a file that was dropped into the container: makes its row if there is none, then seals or rejects it.</summary>
    public async Task<Outcome<ModelManifest>> SealDroppedAsync(VersionReference version, CancellationToken cancellation)
    {
        for (int i = 0; i < MaxTries; i++)
        {
            var row = await table.VersionAsync(version, cancellation);
            if (row is { State: VersionState.Deleted }) return RegistryFailures.Deleted(version);
            var file = await blobs.DownloadAsync(version, options.Value.MaxModelBytes, cancellation);
            if (file is { Ok: true, Value: null }) return RegistryFailures.UnknownVersion(version);

            // A file too large to read has no hash: its row is rejected with an empty one.
            string sha256 = file.Value?.Sha256 ?? "";
            if (row is { State: VersionState.Sealed }) return await CompareAsync(version, row, sha256, cancellation);
            if (row is null || row.Sha256 != sha256)
                await AdoptAsync(version, row, file, cancellation);
            else if (row.State == VersionState.Rejected)
                return RegistryFailures.Rejected(version, row.Reason);
            else if (await TrySealDroppedAsync(version, row, file.Value!, cancellation) is { } manifest)
                return manifest;
        }

        return RegistryFailures.Busy(version.ToString());
    }

    private async Task<ModelManifest?> TrySealDroppedAsync(VersionReference version, VersionRow row, ModelFile file, CancellationToken cancellation)
    {
        var verified = VerifiedModel.Check(file);
        if (verified.Ok) return await TrySealAsync(version, row, verified.Value, cancellation);
        await RejectAsync(version, row, verified.Failure.Detail, cancellation);
        return null;
    }

    /// <summary>Writes manifest and row; null when the row has changed meanwhile, or was rejected because a manifest of other bytes stands.</summary>
    private async Task<ModelManifest?> TrySealAsync(VersionReference version, VersionRow row, VerifiedModel model, CancellationToken cancellation)
    {
        var manifest = await blobs.SealManifestAsync(version, model.Describe(version, row), cancellation);
        if (manifest.Sha256 != model.Sha256)
        {
            await RejectAsync(version, row, "A manifest.json of another file lies beside it. Drop the model under a new version.", cancellation);
            return null;
        }

        row.State = VersionState.Sealed;
        if (!await table.TryWriteAsync([row, Audit(version, "version-sealed", row.CreatedBy, null)], cancellation)) return null;
        LogSealed(version);
        RegistryInstruments.Sealed();
        return manifest;
    }

    private async Task RejectAsync(VersionReference version, VersionRow row, string reason, CancellationToken cancellation)
    {
        row.State = VersionState.Rejected;
        row.Reason = reason;
        if (!await table.TryWriteAsync([row, Audit(version, "version-rejected", row.CreatedBy, reason)], cancellation)) return;
        LogRejected(version, reason);
        RegistryInstruments.Rejected();
    }

    /// <summary>Gives the dropped file the version's row; a row of an earlier file that was never sealed makes room.</summary>
    private async Task AdoptAsync(VersionReference version, VersionRow? row, Outcome<ModelFile?> file, CancellationToken cancellation)
    {
        var metadata = await DroppedMetadataAsync(version, cancellation);
        string? refusal = file.Failure?.Detail ?? metadata.Failure?.Detail;
        var adopted = new VersionRow
        {
            PartitionKey = version.Model.ToString(),
            RowKey = VersionRow.Key(version.Version),
            ETag = row?.ETag ?? default,
            State = refusal is null ? VersionState.Uploading : VersionState.Rejected,
            Reason = refusal,
            Owner = Guid.NewGuid().ToString("N"),
            Dropped = true,
            Sha256 = file.Value?.Sha256 ?? "",
            Size = file.Value?.Bytes.LongLength ?? 0,
            Created = time.GetUtcNow(),
            CreatedBy = metadata.Value?.CreatedBy ?? "dropped",
            Metadata = MetadataReader.Text(metadata.Value),
        };
        await table.ListModelAsync(version.Model, cancellation);
        RegistryRow? beside = refusal is null
            ? await UnknownContentAsync(version, adopted.Sha256, cancellation)
            : Audit(version, "version-rejected", adopted.CreatedBy, refusal);
        if (!await table.TryWriteAsync(beside is null ? [adopted] : [adopted, beside], cancellation) || refusal is null) return;
        LogRejected(version, refusal);
        RegistryInstruments.Rejected();
    }

    /// <summary>The row that lets an upload of the same bytes find this version; null when another version holds them.</summary>
    private async Task<ContentRow?> UnknownContentAsync(VersionReference version, string sha256, CancellationToken cancellation) =>
        await table.GetAsync<ContentRow>(version.Model, ContentRow.Key(sha256), cancellation) is null
            ? new ContentRow { PartitionKey = version.Model.ToString(), RowKey = ContentRow.Key(sha256), Version = version.Version.ToString() }
            : null;

    private async Task<Outcome<ModelMetadata?>> DroppedMetadataAsync(VersionReference version, CancellationToken cancellation)
    {
        var json = await blobs.MetadataAsync(version, cancellation);
        if (!json.Ok) return json.Failure;
        if (json.Value is null) return (ModelMetadata?)null;
        var metadata = MetadataReader.Parse(json.Value);
        if (!metadata.Ok) return metadata.Failure with { Detail = "metadata.json beside the file: " + metadata.Failure.Detail };
        if (metadata.Value.Version is { } said && said != version.Version.ToString()) return RegistryFailures.OtherVersion(version, said);
        return (await pin.PinnedAsync(version.Model, metadata.Value, cancellation)).Map(m => (ModelMetadata?)m);
    }

    /// <summary>A sealed version stays what it is; a file that was put over it is noted once, and refused whenever it is loaded.</summary>
    private async Task<Outcome<ModelManifest>> CompareAsync(VersionReference version, VersionRow row, string sha256, CancellationToken cancellation)
    {
        if (row.Sha256 == sha256) return await SealedManifestAsync(version, row, cancellation);

        var failure = RegistryFailures.Overwritten(version);
        await table.PutAsync(
            AuditRow.Of(row.PartitionKey, "file-changed-after-sealing", version.ToString(), "unknown", row.Created, "overwritten-" + version.Version + "-" + sha256, failure.Detail),
            cancellation);
        LogOverwritten(version);
        return failure;
    }

    private async Task<Outcome<ModelManifest>> SealedManifestAsync(VersionReference version, VersionRow row, CancellationToken cancellation) =>
        await blobs.ManifestAsync(version, cancellation) is { } manifest && manifest.Sha256 == row.Sha256
            ? manifest
            : RegistryFailures.Overwritten(version);

    private AuditRow Audit(VersionReference version, string action, string by, string? detail) =>
        AuditRow.Of(version.Model.ToString(), action, version.ToString(), by, time.GetUtcNow(), Guid.NewGuid().ToString("N"), detail);

    [LoggerMessage(Level = LogLevel.Information, Message = "Model version {Version} is sealed.")]
    private partial void LogSealed(VersionReference version);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Model version {Version} is rejected: {Reason}")]
    private partial void LogRejected(VersionReference version, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The file of the sealed model version {Version} was replaced; it is refused until the sealed file is put back.")]
    private partial void LogOverwritten(VersionReference version);
}
