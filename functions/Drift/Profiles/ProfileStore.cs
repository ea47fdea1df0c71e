using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Tidemark.Platform.Storage;
using Tidemark.Registry;

namespace Tidemark.Drift.Profiles;

/// <summary>
/// Profiles in blob storage (container <c>profiles</c>): <c>{model}/{version}/reference.json</c>, and an hour of the log as
/// <c>{model}/{version}/windows/{yyyy}/{MM}/{dd}/{HH}.json</c>.
/// </summary>
public sealed class ProfileStore(BlobServiceClient service)
{
    private readonly BlobContainerClient container = service.GetBlobContainerClient(StorageNames.Containers.Profiles);

    /// <summary>The reference with its entity tag; null when there is none.</summary>
    public async Task<(ProfileDocument Document, string Tag)?> ReferenceAsync(VersionReference version, CancellationToken cancellation) =>
        await ReadAsync(Reference(version), cancellation) is { } read ? (read.Document.ToDocument(), read.Tag) : null;

    /// <summary>Stores the reference: whatever stands there, or only if that is still <paramref name="tag"/> (empty: nothing). False: it is not.</summary>
    public async Task<bool> WriteReferenceAsync(VersionReference version, ProfileDocument reference, string? tag, CancellationToken cancellation)
    {
        var conditions = tag switch { null => null, "" => new BlobRequestConditions { IfNoneMatch = ETag.All }, _ => new BlobRequestConditions { IfMatch = new ETag(tag) } };
        try
        {
            await WriteAsync(Reference(version), reference, conditions, cancellation);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412 && !StorageOutage.Is(e))
        {
            return false;
        }
    }

    /// <summary>The profile of an hour; null when none is stored.</summary>
    public async Task<ProfileDocument?> WindowAsync(VersionReference version, DateTimeOffset hour, CancellationToken cancellation) =>
        (await ReadAsync(Window(version, hour), cancellation))?.Document.ToDocument();

    public Task WriteWindowAsync(VersionReference version, DateTimeOffset hour, ProfileDocument window, CancellationToken cancellation) =>
        WriteAsync(Window(version, hour), window, conditions: null, cancellation);

    /// <summary>Hours of the version that have a profile, in order.</summary>
    public async IAsyncEnumerable<DateTimeOffset> HoursAsync(VersionReference version, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string folder = $"{version}/windows/";
        await foreach (BlobItem blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, folder, cancellation))
        {
            if (DateTimeOffset.TryParseExact(blob.Name[folder.Length..], "yyyy'/'MM'/'dd'/'HH'.json'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset hour))
                yield return hour;
        }
    }

    /// <summary><c>yyyy/MM/dd/HH</c></summary>
    internal static string PathOf(DateTimeOffset hour) => hour.UtcDateTime.ToString("yyyy'/'MM'/'dd'/'HH", CultureInfo.InvariantCulture);

    private static async Task<(StoredDocument Document, string Tag)?> ReadAsync(BlobClient blob, CancellationToken cancellation)
    {
        try
        {
            BlobDownloadResult read = await blob.DownloadContentAsync(cancellation);
            return (JsonSerializer.Deserialize(read.Content.ToMemory().Span, ProfileJson.Default.StoredDocument)!, read.Details.ETag.ToString("H"));
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
    }

    private static async Task WriteAsync(BlobClient blob, ProfileDocument document, BlobRequestConditions? conditions, CancellationToken cancellation) => await blob.UploadAsync(
        BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(StoredDocument.Of(document), ProfileJson.Default.StoredDocument)),
        new BlobUploadOptions { Conditions = conditions, HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" } },
        cancellation);

    private BlobClient Reference(VersionReference version) => container.GetBlobClient($"{version}/reference.json");

    private BlobClient Window(VersionReference version, DateTimeOffset hour) => container.GetBlobClient($"{version}/windows/{PathOf(hour)}.json");
}
