using Azure;
using Microsoft.Extensions.Configuration;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Storage;
using Tidemark.Retraining.Contract;
using Tidemark.Trainer.Runs;

namespace Tidemark.Trainer.Claims;

/// <summary>Takes a run from the table, trains it, stores it: what a job does that finds its work in storage.</summary>
internal sealed class ClaimedRun(StorageConnection storage, Arguments arguments, Progress progress, TimeProvider clock)
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(15);

    /// <summary>Null when the run is stored or there was none, or why it failed.</summary>
    /// <exception cref="OperationCanceledException">Stopped, or another worker has taken the run.</exception>
    public static async Task<Failure?> RunAsync(Arguments arguments, Progress progress, TimeProvider clock, CancellationToken stop)
    {
        var storage = StorageConnection.Read(new ConfigurationBuilder().AddEnvironmentVariables().Build());
        if (!storage.Ok) return storage.Failure;
        try
        {
            return await new ClaimedRun(storage.Value, arguments, progress, clock).RunAsync(stop);
        }
        catch (RequestFailedException e)
        {
            return new(FailureKind.Unavailable, "Storage", $"Storage answered {e.Status} {e.ErrorCode}; try again.");
        }
    }

    internal async Task<Failure?> RunAsync(CancellationToken stop)
    {
        var tables = storage.Tables(StorageClients.TableOptions()).GetTableClient(StorageNames.Tables.TrainingRuns);
        var table = new RunTable(tables, $"{arguments.Worker}/{Guid.NewGuid():N}", clock);
        if (!await ClaimAsync(table, stop)) return null;
        string folder = Directory.CreateTempSubdirectory("tidemark-run-").FullName;
        try
        {
            return await WorkAsync(table, new(storage.Blobs(StorageClients.BlobOptions()), table.Id), folder, stop);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<bool> ClaimAsync(RunTable table, CancellationToken stop)
    {
        try
        {
            return await table.ClaimAsync(stop);
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            return false; // no table yet, so no run
        }
    }

    private async Task<Failure?> WorkAsync(RunTable table, RunBlobs blobs, string folder, CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        string checkpoint = Path.Combine(folder, "out", RunFiles.Checkpoint);
        using var done = new CancellationTokenSource();
        var beating = BeatAsync(table, blobs, checkpoint, ended, done.Token);
        Failure? failure;
        try
        {
            failure = await TrainAsync(blobs, folder, ended.Token);
        }
        catch (OperationCanceledException)
        {
            await EndAsync(beating, done);
            if (!stop.IsCancellationRequested) throw; // another worker has the run: nothing of this one may be stored
            await blobs.StoreCheckpointAsync(checkpoint, CancellationToken.None);
            await table.ReleaseAsync(CancellationToken.None);
            throw;
        }

        if (failure is null)
        {
            // The heart beats on while the files travel; if the run was lost meanwhile, the last write is refused.
            string manifest = await blobs.StoreAsync(Path.Combine(folder, "out"), ended.Token);
            await EndAsync(beating, done);
            if (!await table.SucceedAsync(manifest, CancellationToken.None)) throw new OperationCanceledException("Another worker has taken the run.");
            return null;
        }

        await EndAsync(beating, done);
        await table.FailAsync($"{failure.Title}: {failure.Detail}", CancellationToken.None);
        return failure;
    }

    private async Task<Failure?> TrainAsync(RunBlobs blobs, string folder, CancellationToken cancellation)
    {
        var bytes = await blobs.SpecAsync(cancellation);
        if (!bytes.Ok) return bytes.Failure;
        var spec = RunSpecReader.Read(bytes.Value);
        if (!spec.Ok) return spec.Failure;
        if (spec.Value.Dataset.Blob is not { } blob) return new(FailureKind.Malformed, "No blob", "A claimed run takes its data from dataset.blob, not from a path.");
        string data = Path.Combine(folder, "data");
        if (await blobs.FetchDataAsync(blob, data, cancellation) is { } missing) return missing;
        var output = new RunFolder(Path.Combine(folder, "out"));
        await blobs.FetchCheckpointAsync(output.Checkpoint, cancellation);
        return await new TrainingRun(spec.Value, data, output, arguments.Threads, progress, clock).RunAsync(cancellation);
    }

    private async Task BeatAsync(RunTable table, RunBlobs blobs, string checkpoint, CancellationTokenSource ended, CancellationToken done)
    {
        using var timer = new PeriodicTimer(Beat, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(done))
            {
                if (await BeatOnceAsync(table, blobs, checkpoint, done)) continue;
                await ended.CancelAsync();
                return;
            }
        }
        catch (OperationCanceledException)
        {
            // The work is over.
        }
    }

    private async Task<bool> BeatOnceAsync(RunTable table, RunBlobs blobs, string checkpoint, CancellationToken done)
    {
        try
        {
            if (!await table.BeatAsync(progress.Line, done)) return false;
            await blobs.StoreCheckpointAsync(checkpoint, done);
        }
        catch (Exception e) when (e is RequestFailedException or IOException)
        {
            // Storage did not answer, or a checkpoint was just being replaced: the next beat tries again.
        }

        return true;
    }

    private static async Task EndAsync(Task beating, CancellationTokenSource done)
    {
        await done.CancelAsync();
        await beating;
    }
}
