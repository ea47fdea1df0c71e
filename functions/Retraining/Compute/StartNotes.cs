using Azure;
using Azure.Data.Tables;
using Tidemark.Platform.Storage;

namespace Tidemark.Retraining.Compute;

/// <summary>What the suite did to get a run worked on.</summary>
/// <param name="Starts">How often a worker was started for it.</param>
/// <param name="Restarts">How many of these because the one before fell silent, died, or ended without taking the run.</param>
/// <param name="Last">When the last one was.</param>
/// <param name="Attempt">How often the run had been claimed by then: one more says that it has been claimed since.</param>
/// <param name="Execution">What the compute calls the last start, where it told.</param>
internal sealed record StartNote(int Starts, int Restarts, DateTimeOffset? Last, int Attempt, string? Execution)
{
    public static StartNote None { get; } = new(0, 0, null, 0, null);

    public ETag Tag { get; init; }
}

/// <summary>Rows of partition <c>start</c> in table <c>trainingruns</c>: beside the runs' own rows, so that no worker's heartbeat is refused for them.</summary>
public sealed class StartNotes(TableServiceClient tables, TimeProvider time)
{
    private const string Partition = "start";
    private readonly TableClient table = tables.GetTableClient(StorageNames.Tables.TrainingRuns);

    internal async Task<StartNote> ReadAsync(TrainingRunId id, CancellationToken cancellation)
    {
        var found = await table.GetEntityIfExistsAsync<TableEntity>(Partition, id.ToString(), cancellationToken: cancellation);
        return found is { HasValue: true, Value: { } row }
            ? new(row.GetInt32("Starts") ?? 0, row.GetInt32("Restarts") ?? 0, row.GetDateTimeOffset("Last"), row.GetInt32("Attempt") ?? 0, row.GetString("Execution")) { Tag = row.ETag }
            : StartNote.None;
    }

    /// <summary>Notes a start. Of two hosts that start at the same time one note stays; a start too many finds nothing to claim.</summary>
    internal async Task NoteAsync(TrainingRun run, StartNote before, bool restart, string? execution, CancellationToken cancellation)
    {
        var row = new TableEntity(Partition, run.Id.ToString())
        {
            ["Starts"] = before.Starts + 1,
            ["Restarts"] = before.Restarts + (restart ? 1 : 0),
            ["Last"] = time.GetUtcNow(),
            ["Attempt"] = run.Attempt,
            ["Execution"] = execution,
        };
        try
        {
            if (before.Tag == default) await table.AddEntityAsync(row, cancellation);
            else await table.UpdateEntityAsync(row, before.Tag, TableUpdateMode.Replace, cancellation);
        }
        catch (RequestFailedException there) when (there.Status is 409 or 412 && !StorageOutage.Is(there))
        {
            // Another host's note, or this one repeated inside the client.
        }
    }
}
