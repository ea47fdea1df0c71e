using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Storage;
using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Readers;

namespace Tidemark.Platform.PredictionLog;

/// <summary>Which rows of the log: those of a model, or of one of its versions, of whole hours.</summary>
/// <param name="Model">A model's name that has been parsed.</param>
/// <param name="Version">A version, or null for all.</param>
/// <param name="From">The first hour is the one that holds this instant.</param>
/// <param name="To">Hours that begin at or after this instant are no longer meant.</param>
public sealed record LogRange(string Model, string? Version, DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>One hour.</summary>
    public static LogRange Of(string model, string? version, DateTimeOffset hour) => new(model, version, LogNames.HourOf(hour), LogNames.HourOf(hour).AddHours(1));
}

/// <summary>A stored file of the log.</summary>
/// <param name="Name">Path in the container.</param>
/// <param name="Version">The version whose rows it holds.</param>
/// <param name="Rows">How many.</param>
/// <param name="Size">Packed size in bytes.</param>
/// <param name="Hour">Beginning of its hour.</param>
/// <param name="ETag">Its entity tag.</param>
public sealed record StoredLogFile(string Name, string Version, long Rows, long Size, DateTimeOffset Hour, string ETag);

/// <summary>The prediction log in blob storage (container <c>prediction-log</c>): one version and one hour a file, named as <see cref="LogNames"/> says.</summary>
public sealed class LogStore(BlobServiceClient service)
{
    private const string VersionTag = "version";
    private const string RowsTag = "rows";

    /// <summary>Columns that every row may have, so that a version <c>1</c> or a key <c>42</c> is text in every file.</summary>
    private static readonly JsonLinesOptions Options = new()
    {
        Kinds = new Dictionary<string, ColumnKind>(StringComparer.Ordinal)
        {
            [LogNames.Id] = ColumnKind.Text,
            [LogNames.Time] = ColumnKind.Text,
            [LogNames.Version] = ColumnKind.Text,
            [LogNames.Source] = ColumnKind.Text,
            [LogNames.Latency] = ColumnKind.Real,
            [LogNames.Rate] = ColumnKind.Real,
            [LogNames.Correlation] = ColumnKind.Text,
            [LogNames.Key] = ColumnKind.Text,
        },
    };

    private readonly BlobContainerClient container = service.GetBlobContainerClient(StorageNames.Containers.PredictionLog);

    /// <summary>Stores a file under its name, whole or not at all, in place of one that is there. Ends the file.</summary>
    public Task WriteAsync(string name, LogFile file, CancellationToken cancellation)
    {
        var options = new BlobUploadOptions
        {
            HttpHeaders = new BlobHttpHeaders { ContentType = "application/gzip" },
            Metadata = new Dictionary<string, string> { [VersionTag] = file.Version, [RowsTag] = file.Rows.ToString(CultureInfo.InvariantCulture) },
        };
        return container.GetBlobClient(name).UploadAsync(BinaryData.FromBytes(file.Finish()), options, cancellation);
    }

    /// <summary>The files of a range, by hour and name.</summary>
    public async IAsyncEnumerable<StoredLogFile> FilesAsync(LogRange range, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        for (DateTimeOffset hour = LogNames.HourOf(range.From); hour < range.To; hour = hour.AddHours(1))
        {
            await foreach (BlobItem blob in container.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, LogNames.Folder(range.Model, hour), cancellation))
            {
                string version = blob.Metadata.TryGetValue(VersionTag, out string? tag) ? tag : "";
                if (range.Version is null || version == range.Version)
                    yield return new(blob.Name, version, blob.Metadata.TryGetValue(RowsTag, out string? rows) ? long.Parse(rows, CultureInfo.InvariantCulture) : 0, blob.Properties.ContentLength ?? 0, hour, blob.Properties.ETag?.ToString("H") ?? "");
            }
        }
    }

    /// <summary>Opens a file; a failure when it is no longer there or can't be unpacked.</summary>
    public async Task<Outcome<JsonLinesReader>> OpenAsync(StoredLogFile file, CancellationToken cancellation)
    {
        try
        {
            BlobDownloadStreamingResult read = await container.GetBlobClient(file.Name).DownloadStreamingAsync(cancellationToken: cancellation);
            return await JsonLinesReader.OpenAsync(read.Content, Options, cancellation);
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return new Failure(FailureKind.NotFound, "No such file", $"The file {file.Name} of the prediction log is not there any more.");
        }
    }

    /// <summary>
    /// The rows of a range, a batch at a time, in bounded memory. A batch is valid until the next, and its columns may differ from file to file.
    /// A file that can't be read is told to <paramref name="unreadable"/> and passed over.
    /// </summary>
    public async IAsyncEnumerable<Table> ReadAsync(LogRange range, Action<StoredLogFile, Failure> unreadable, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (StoredLogFile file in FilesAsync(range, cancellation))
        {
            Outcome<JsonLinesReader> opened = await OpenAsync(file, cancellation);
            if (!opened.Ok)
            {
                unreadable(file, opened.Failure);
                continue;
            }

            using JsonLinesReader reader = opened.Value;
            Outcome<bool> more;
            for (more = await reader.ReadAsync(cancellation); more is { Ok: true, Value: true }; more = await reader.ReadAsync(cancellation))
                yield return reader.Batch;
            if (!more.Ok)
                unreadable(file, more.Failure);
        }
    }
}
