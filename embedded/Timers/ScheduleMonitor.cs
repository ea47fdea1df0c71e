using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Tidemark.Embedded;

/// <summary>Keeps the last and next run of a timer in a blob, so that a run missed while no host was up is noticed. Times are UTC.</summary>
internal sealed partial class ScheduleMonitor(BlobClient blob, TimerSchedule schedule, ILogger logger)
{
    /// <summary>The stored status; a first one for a new timer, and one with the next run recomputed when the schedule has changed.</summary>
    public async Task<ScheduleStatus> OpenAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        if (await ReadAsync(cancellation) is not { } stored)
        {
            ScheduleStatus first = new() { Next = schedule.Next(now).UtcDateTime, LastUpdated = now.UtcDateTime };
            await SaveAsync(first, cancellation);
            return first;
        }

        DateTime basis = stored.Last == default ? stored.LastUpdated : stored.Last;
        DateTimeOffset expected = schedule.Next(Utc(basis));
        if (stored.Next == expected.UtcDateTime) return stored;

        ScheduleStatus changed = new() { Next = (now > expected ? schedule.Next(now) : expected).UtcDateTime, LastUpdated = basis };
        await SaveAsync(changed, cancellation);
        return changed;
    }

    public async Task SaveAsync(ScheduleStatus status, CancellationToken cancellation)
    {
        BinaryData content = BinaryData.FromObjectAsJson(status);
        try
        {
            await blob.UploadAsync(content, overwrite: true, cancellation);
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            await blob.GetParentBlobContainerClient().CreateIfNotExistsAsync(cancellationToken: cancellation);
            await blob.UploadAsync(content, overwrite: true, cancellation);
        }
    }

    public static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc), TimeSpan.Zero);

    private async Task<ScheduleStatus?> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            BlobDownloadResult stored = await blob.DownloadContentAsync(cancellation);
            return stored.Content.ToObjectFromJson<ScheduleStatus>();
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            return null;
        }
        catch (JsonException e)
        {
            LogUnreadable(blob.Name, e.Message);
            return null;
        }
    }

    [LoggerMessage(201, LogLevel.Warning, "The timer status '{Blob}' can't be read and is begun anew: {Reason}")]
    private partial void LogUnreadable(string blob, string reason);
}
