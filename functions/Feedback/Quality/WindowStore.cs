using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Tidemark.Platform.Storage;
using Tidemark.Registry;

namespace Tidemark.Feedback.Quality;

/// <summary>Where a window is stored.</summary>
public readonly record struct WindowSpan(DateTimeOffset Start, int Hours)
{
    public DateTimeOffset End => Start.AddHours(Hours);

    public bool Holds(DateTimeOffset hour) => hour >= Start && hour < End;

    /// <summary>The window that begins at an hour and ends at the next multiple of the policy's hours from midnight.</summary>
    public static WindowSpan From(DateTimeOffset hour, int windowHours) => new(hour, windowHours - (hour.Hour % windowHours));

    /// <summary>The window of the policy's hours from midnight that holds the hour.</summary>
    public static WindowSpan Around(DateTimeOffset hour, int windowHours) => new(hour.AddHours(-(hour.Hour % windowHours)), windowHours);
}

/// <summary>The quality of windows, as blobs <c>profiles/{model}/quality/{yyyy}/{MM}/{dd}/{HH}-{hours}.json</c>: a window is there when it has been counted.</summary>
public sealed class WindowStore(BlobServiceClient service)
{
    private readonly BlobContainerClient container = service.GetBlobContainerClient(StorageNames.Containers.Profiles);
    private readonly BlobContainerClient log = service.GetBlobContainerClient(StorageNames.Containers.PredictionLog);

    /// <summary>Windows that have been counted, the oldest first.</summary>
    public async Task<List<WindowSpan>> ListAsync(ModelName model, CancellationToken cancellation)
    {
        var spans = new List<WindowSpan>();
        string prefix = $"{model}/quality/";
        await foreach (BlobItem blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellation))
        {
            string[] parts = Path.GetFileNameWithoutExtension(blob.Name[prefix.Length..]).Split('-');
            var day = DateTime.ParseExact(blob.Name.AsSpan(prefix.Length, 10), "yyyy'/'MM'/'dd", CultureInfo.InvariantCulture);
            spans.Add(new(new(day.AddHours(int.Parse(parts[0], CultureInfo.InvariantCulture)), TimeSpan.Zero), int.Parse(parts[1], CultureInfo.InvariantCulture)));
        }

        return spans;
    }

    /// <summary>The hour of the oldest prediction in the log; null when there is none.</summary>
    public async Task<DateTimeOffset?> FirstHourAsync(ModelName model, CancellationToken cancellation)
    {
        await foreach (BlobItem blob in log.GetBlobsAsync(BlobTraits.None, BlobStates.None, $"{model}/", cancellation))
        {
            string hour = blob.Name.Substring(model.ToString().Length + 1, 13);
            return new(DateTime.ParseExact(hour, "yyyy'/'MM'/'dd'/'HH", CultureInfo.InvariantCulture), TimeSpan.Zero);
        }

        return null;
    }

    public async Task<(WindowQuality? Window, ETag? Tag)> ReadAsync(ModelName model, WindowSpan span, CancellationToken cancellation)
    {
        try
        {
            BlobDownloadResult read = await Blob(model, span).DownloadContentAsync(cancellation);
            return (JsonSerializer.Deserialize(read.Content, WindowJson.Default.WindowQuality)!, read.Details.ETag);
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return (null, null);
        }
    }

    /// <summary>Stores a window in place of the one that was read. False when another has been stored meanwhile, perhaps by ourselves in a request whose answer was lost.</summary>
    public async Task<bool> TryWriteAsync(ModelName model, WindowQuality window, ETag? read, CancellationToken cancellation)
    {
        BlobRequestConditions condition = read is null ? new() { IfNoneMatch = ETag.All } : new() { IfMatch = read };
        try
        {
            await Blob(model, new(window.Start, window.Hours)).UploadAsync(
                BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(window, WindowJson.Default.WindowQuality)), new BlobUploadOptions { Conditions = condition }, cancellation);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412 && !StorageOutage.Is(e))
        {
            return false;
        }
    }

    private BlobClient Blob(ModelName model, WindowSpan span) => container.GetBlobClient(
        string.Create(CultureInfo.InvariantCulture, $"{model}/quality/{span.Start.UtcDateTime:yyyy'/'MM'/'dd'/'HH}-{span.Hours}.json"));
}
