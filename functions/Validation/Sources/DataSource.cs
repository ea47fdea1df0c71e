using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Storage;
using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Profiles;
using Tidemark.Platform.Tabular.Readers;

namespace Tidemark.Validation.Sources;

/// <summary>Where a request has its rows: <c>{"rows": [{…}]}</c>, <c>{"columns": {"a": […]}}</c> or <c>{"blob": "container/path"}</c>.</summary>
public sealed class DataSource(BlobServiceClient blobs)
{
    /// <value>Largest file that is read while the caller waits. 256 MiB.</value>
    public const long MostBlobBytes = 256L << 20;

    /// <summary>A reader of the blob by the end of its name, a failure when there is no such blob, it is too large, or storage is down.</summary>
    public Task<Outcome<TableReader>> OpenAsync(BlobReference blob, CancellationToken cancellation) => OpenAsync(blob, MostBlobBytes, cancellation);

    /// <inheritdoc cref="OpenAsync(BlobReference, CancellationToken)"/>
    public async Task<Outcome<TableReader>> OpenAsync(BlobReference blob, long mostBytes, CancellationToken cancellation)
    {
        if (DataFormats.OfName(blob.Path) is not { } format)
            return new Failure(FailureKind.UnsupportedMediaType, "Not a file of rows", $"The name of blob {blob} must end in .csv, .jsonl or .ndjson, with .gz after it where the data is packed.");
        try
        {
            BlobDownloadStreamingResult file = await blobs.GetBlobContainerClient(blob.Container).GetBlobClient(blob.Path).DownloadStreamingAsync(cancellationToken: cancellation);
            if (file.Details.ContentLength <= mostBytes)
                return await format.OpenAsync(file.Content, null, cancellation);
            file.Dispose();
            return new Failure(FailureKind.TooLarge, "File too large", $"The blob {blob} has {file.Details.ContentLength} bytes; up to {mostBytes} are read at once. Drop it into 'incoming' to have it checked in shards.");
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return Absent(blob);
        }
    }

    /// <summary>Length of the file in bytes.</summary>
    public async Task<Outcome<long>> SizeAsync(BlobReference blob, CancellationToken cancellation)
    {
        try
        {
            BlobProperties properties = await blobs.GetBlobContainerClient(blob.Container).GetBlobClient(blob.Path).GetPropertiesAsync(cancellationToken: cancellation);
            return properties.ContentLength;
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return Absent(blob);
        }
    }

    /// <summary>Profile of the rows that <paramref name="source"/> holds or names.</summary>
    /// <param name="source">The object with <c>rows</c>, <c>columns</c> or <c>blob</c>.</param>
    /// <param name="field">How the request names that object, for messages.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public async Task<Outcome<Profile>> ProfileAsync(JsonElement source, string field, CancellationToken cancellation)
    {
        if (source.ValueKind != JsonValueKind.Object)
            return Refuse(field, "it must be an object");
        JsonProperty[] given = [.. source.EnumerateObject().Where(p => p.Name is "rows" or "columns" or "blob")];
        if (given is not [{ } only])
            return Refuse(field, $"it names {given.Length} of rows, columns and blob; exactly one is needed");
        if (only.Name != "blob")
            return (only.Name == "rows" ? JsonTable.FromRows(only.Value) : JsonTable.FromColumns(only.Value)).Map(Of);
        Outcome<BlobReference> blob = BlobReference.Parse(only.Value.ValueKind == JsonValueKind.String ? only.Value.GetString() : null);
        return await blob.ThenAsync(b => ProfileAsync(b, cancellation));
    }

    public async Task<Outcome<Profile>> ProfileAsync(BlobReference blob, CancellationToken cancellation)
    {
        Outcome<TableReader> opened = await OpenAsync(blob, cancellation);
        if (!opened.Ok)
            return opened.As<Profile>();
        using TableReader reader = opened.Value;
        return await Profile.OfAsync(reader, cancellation);
    }

    private static Failure Absent(BlobReference blob) => new(FailureKind.NotFound, "No such blob", $"There is no blob {blob}.");

    private static Profile Of(Table table)
    {
        var profile = new Profile();
        profile.Observe(table);
        return profile;
    }

    private static Failure Refuse(string field, string why) => new(FailureKind.Malformed, "No data", $"The request has no readable data at '{field}': {why}.")
    {
        Errors = [new FieldError(field, $"{why}: send {{\"rows\": [{{…}}]}}, {{\"columns\": {{…}}}} or {{\"blob\": \"container/path.csv\"}}")],
    };
}
