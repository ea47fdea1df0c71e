using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.Logging;

namespace Tidemark.Embedded;

/// <summary>
/// Work that one host at a time does, kept apart by the lease on a blob: renewed while held, free again within
/// <paramref name="period"/> when the holder dies, tried for every <paramref name="retry"/> by the others.
/// </summary>
/// <param name="period">Length of the lease, 15..60 s.</param>
internal sealed partial class BlobLease(BlobClient blob, TimeSpan period, TimeSpan retry, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan RenewalRetry = TimeSpan.FromSeconds(1);

    private readonly Outage outage = new($"The lease blob '{blob.Name}'", logger);

    /// <summary>Runs <paramref name="work"/> whenever this host holds the lease; its token fires on <paramref name="stopping"/> or when the lease is lost.</summary>
    public async Task RunAsync(Func<CancellationToken, Task> work, CancellationToken stopping)
    {
        do
        {
            DateTimeOffset asked = clock.GetUtcNow();
            if (await TryAcquireAsync(stopping) is { } lease) await HoldAsync(lease, asked + period, work, stopping);
        }
        while (await clock.PauseAsync(retry, stopping));
    }

    private async Task<BlobLeaseClient?> TryAcquireAsync(CancellationToken stopping)
    {
        BlobLeaseClient lease = blob.GetBlobLeaseClient();
        try
        {
            try
            {
                await lease.AcquireAsync(period, cancellationToken: stopping);
            }
            catch (RequestFailedException missing) when (missing.Status == 404)
            {
                await CreateAsync(stopping);
                await lease.AcquireAsync(period, cancellationToken: stopping);
            }

            outage.Ended();
            LogAcquired(blob.Name);
            return lease;
        }
        catch (RequestFailedException held) when (held.Status == 409)
        {
            outage.Ended();
            return null;
        }
        catch (Exception e)
        {
            if (!stopping.IsCancellationRequested) outage.Began(e);
            return null;
        }
    }

    private async Task CreateAsync(CancellationToken stopping)
    {
        try
        {
            await blob.GetParentBlobContainerClient().CreateIfNotExistsAsync(cancellationToken: stopping);
            await blob.UploadAsync(BinaryData.Empty, stopping);
        }
        catch (RequestFailedException created) when (created.Status is 409 or 412)
        {
            // Another host was faster.
        }
    }

    private async Task HoldAsync(BlobLeaseClient lease, DateTimeOffset expires, Func<CancellationToken, Task> work, CancellationToken stopping)
    {
        using var held = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using CancellationTokenSource done = new();
        Task renewing = RenewAsync(lease, expires, held, done.Token);
        try
        {
            await work(held.Token);
        }
        finally
        {
            await done.CancelAsync();
            await renewing;
            await ReleaseAsync(lease);
        }
    }

    private async Task RenewAsync(BlobLeaseClient lease, DateTimeOffset expires, CancellationTokenSource held, CancellationToken done)
    {
        TimeSpan wait = period / 2;
        while (await clock.PauseAsync(wait, done))
        {
            DateTimeOffset asked = clock.GetUtcNow();
            try
            {
                await lease.RenewAsync(cancellationToken: done);
                (expires, wait) = (asked + period, period / 2);
                outage.Ended();
            }
            catch (Exception e)
            {
                if (done.IsCancellationRequested) return;
                bool taken = e is RequestFailedException { Status: 404 or 409 or 412 };
                if (!taken) outage.Began(e);
                if (taken || clock.GetUtcNow() >= expires)
                {
                    LogLost(blob.Name);
                    await held.CancelAsync();
                    return;
                }

                wait = RenewalRetry;
            }
        }
    }

    private async Task ReleaseAsync(BlobLeaseClient lease)
    {
        try
        {
            await lease.ReleaseAsync();
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException or OperationCanceledException)
        {
            LogNotReleased(blob.Name, e.Message);
        }
    }

    [LoggerMessage(21, LogLevel.Debug, "This host holds the lease '{Blob}'.")]
    private partial void LogAcquired(string blob);

    [LoggerMessage(22, LogLevel.Warning, "This host lost the lease '{Blob}' and competes for it again.")]
    private partial void LogLost(string blob);

    [LoggerMessage(23, LogLevel.Debug, "The lease '{Blob}' was not released and ends by itself: {Reason}")]
    private partial void LogNotReleased(string blob, string reason);
}
