using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Storage;
using Tidemark.Registry;
using Tidemark.Retraining.Compute.External;
using Tidemark.Retraining.Contract;

namespace Tidemark.Retraining.Compute;

/// <summary>
/// The suite's side of table <c>trainingruns</c>. Workers hold a row by its ETag, so that the suite writes to it only to end it or to give it back;
/// what the suite notes for itself stands in rows of its own (<see cref="StartNotes"/>). Expected to be tried again after any failure.
/// </summary>
public sealed class TrainingRuns(TableServiceClient tables, BlobServiceClient blobs, TimeProvider time)
{
    /// <summary>Rows that workers in claim mode may take.</summary>
    internal const string Claimable = "run";

    /// <summary>Rows that wait for a signed answer; no worker in claim mode sees them.</summary>
    internal const string Answered = "external";

    private const int LongestDetail = 4000;
    private readonly TableClient table = tables.GetTableClient(StorageNames.Tables.TrainingRuns);
    private readonly BlobContainerClient files = blobs.GetBlobContainerClient(StorageNames.Containers.Runs);

    /// <summary>Stores the spec, then the row, once: a repetition with the same spec finds the first.</summary>
    /// <param name="compute">Name of the compute that the run is for.</param>
    /// <returns>The run, or a conflict where another run has this id.</returns>
    public async Task<Outcome<TrainingRun>> InsertAsync(TrainingRunId id, ModelName model, RunSpec spec, string compute, CancellationToken cancellation)
    {
        byte[] text = JsonSerializer.SerializeToUtf8Bytes(spec, RunSpecReader.Json);
        if (RunSpecReader.Read(text) is { Ok: false } wrong) return wrong.Failure;
        string hash = FileStamp.Of(text).Sha256;
        if (!await StoreSpecAsync(id, text, cancellation)) return Taken(id);
        var row = new TableEntity(compute == ExternalCompute.ComputeName ? Answered : Claimable, id.ToString())
        {
            ["Status"] = nameof(RunState.Pending),
            ["Created"] = time.GetUtcNow(),
            ["Model"] = model.ToString(),
            ["Compute"] = compute,
            ["SpecSha256"] = hash,
        };
        try
        {
            await table.AddEntityAsync(row, cancellation);
        }
        catch (RequestFailedException there) when (there.Status == 409 && !StorageOutage.Is(there))
        {
            // An earlier call, or this one repeated inside the client.
        }

        var found = await ReadAsync(id, cancellation);
        return found is { } run && run.SpecSha256 == hash && run.Model == model.ToString() && run.Compute == compute ? run : Taken(id);
    }

    public async Task<TrainingRun?> ReadAsync(TrainingRunId id, CancellationToken cancellation)
    {
        foreach (string partition in (string[])[Claimable, Answered])
        {
            var found = await table.GetEntityIfExistsAsync<TableEntity>(partition, id.ToString(), cancellationToken: cancellation);
            if (found.HasValue) return TrainingRun.Of(found.Value!);
        }

        return null;
    }

    /// <summary>A file of the run, or null where it is not there. <c>manifest.json</c> counts only if it is the one that the worker told of when it had stored everything.</summary>
    public async Task<byte[]?> FileAsync(TrainingRunId id, string name, CancellationToken cancellation)
    {
        byte[] content;
        try
        {
            content = (await files.GetBlobClient($"{id}/{name}").DownloadContentAsync(cancellation)).Value.Content.ToArray();
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            return null;
        }

        return name != RunFiles.Manifest || (await ReadAsync(id, cancellation))?.Manifest == FileStamp.Of(content).Sha256 ? content : null;
    }

    /// <summary>Stops the run unless it has ended; its worker's next heartbeat is refused, whereupon it ends and stores nothing.</summary>
    /// <returns>The run as it then is; null where there is none.</returns>
    public async Task<TrainingRun?> AskToStopAsync(TrainingRunId id, string reason, CancellationToken cancellation)
    {
        var run = await ReadAsync(id, cancellation);
        while (run is { Ended: false })
            run = await TryChangeAsync(run, RunState.Stopped, reason, cancellation) ?? await ReadAsync(id, cancellation);
        return run;
    }

    /// <summary>Fails the run as it was seen. When it has changed meanwhile, a silent worker having spoken for one, it stays as it is.</summary>
    internal async Task<TrainingRun> FailAsync(TrainingRun seen, string reason, CancellationToken cancellation) =>
        await TryChangeAsync(seen, RunState.Failed, reason, cancellation) ?? await AgainAsync(seen, cancellation);

    /// <summary>Gives a run back whose worker is known to be dead, so that nobody waits until it is silent for long enough.</summary>
    internal async Task<TrainingRun> ReleaseAsync(TrainingRun seen, string reason, CancellationToken cancellation) =>
        await TryChangeAsync(seen, RunState.Pending, reason, cancellation) ?? await AgainAsync(seen, cancellation);

    /// <summary>The run that this worker took last, however it stands now; null where it took none.</summary>
    internal async Task<TrainingRun?> TakenByAsync(string worker, CancellationToken cancellation)
    {
        // A worker's entry is its name, a slash and a token; 0 is the character after the slash.
        string filter = TableClient.CreateQueryFilter($"PartitionKey eq {Claimable} and Worker ge {worker + "/"} and Worker lt {worker + "0"}");
        await foreach (var row in table.QueryAsync<TableEntity>(filter, cancellationToken: cancellation)) return TrainingRun.Of(row);
        return null;
    }

    /// <summary>Changes the row if it is as it was seen; null when it is not.</summary>
    internal async Task<TrainingRun?> TryChangeAsync(TrainingRun seen, RunState state, string detail, CancellationToken cancellation, Action<TableEntity>? more = null)
    {
        var change = new TableEntity(seen.Partition, seen.Id.ToString()) { ["Status"] = state.ToString(), ["Detail"] = detail[..Math.Min(detail.Length, LongestDetail)] };
        more?.Invoke(change);
        try
        {
            await table.UpdateEntityAsync(change, seen.Tag, TableUpdateMode.Merge, cancellation);
        }
        catch (RequestFailedException changed) when (changed.Status == 412)
        {
            // Somebody else, or this call repeated inside the client: the row shows which.
            var now = await AgainAsync(seen, cancellation);
            return now.State == state && now.Detail == change.GetString("Detail") && now.Worker == (change.GetString("Worker") ?? seen.Worker) ? now : null;
        }

        return await AgainAsync(seen, cancellation);
    }

    private async Task<TrainingRun> AgainAsync(TrainingRun seen, CancellationToken cancellation) =>
        TrainingRun.Of(await table.GetEntityAsync<TableEntity>(seen.Partition, seen.Id.ToString(), cancellationToken: cancellation));

    /// <summary>False where another spec is stored under this id.</summary>
    private async Task<bool> StoreSpecAsync(TrainingRunId id, byte[] text, CancellationToken cancellation)
    {
        try
        {
            var once = new BlobUploadOptions { Conditions = new() { IfNoneMatch = ETag.All } };
            await files.GetBlobClient($"{id}/{RunFiles.Spec}").UploadAsync(BinaryData.FromBytes(text), once, cancellation);
            return true;
        }
        catch (RequestFailedException there) when (there.Status is 409 or 412 && !StorageOutage.Is(there))
        {
            return await FileAsync(id, RunFiles.Spec, cancellation) is { } known && known.AsSpan().SequenceEqual(text);
        }
    }

    private static Failure Taken(TrainingRunId id) => new(
        FailureKind.Conflict, "Training run exists", $"There is a training run '{id}' already, with another spec, model or compute. A run never changes; ask for another under another id.");
}
