using Azure;
using Azure.Data.Tables;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Storage;
using Tidemark.Registry;
using Tidemark.Retraining.Policies;

namespace Tidemark.Retraining.Records;

/// <summary>A retraining in one of its steps, under the policy with which it began.</summary>
public sealed record OpenRetraining(RetrainingId Id, RetrainingRow Row, RetrainingPolicy Policy)
{
    public ModelName Model => Id.Model;
}

/// <summary>Retrainings in table <c>retrainings</c>: inserted once, changed under their ETag, never back to an earlier step.</summary>
public sealed class RetrainingRecords(TableServiceClient service, PolicyStore policies, TimeProvider clock)
{
    private readonly TableClient table = service.GetTableClient(StorageNames.Tables.Retrainings);

    public DateTimeOffset Now => clock.GetUtcNow();

    public async Task<RetrainingRow?> FindAsync(RetrainingId id, CancellationToken cancellation)
    {
        var found = await table.GetEntityIfExistsAsync<RetrainingRow>(id.Model.ToString(), id.ToString(), cancellationToken: cancellation);
        return found.HasValue ? found.Value : null;
    }

    /// <summary>The retraining, or a failure that says that there is none.</summary>
    public async Task<Outcome<RetrainingRow>> ReadAsync(RetrainingId id, CancellationToken cancellation) =>
        await FindAsync(id, cancellation) is { } row ? row : new Failure(FailureKind.NotFound, "Unknown retraining", $"There is no retraining '{id}'. GET /api/retrainings lists those that are there.");

    public async Task<TurnRow> TurnAsync(ModelName model, CancellationToken cancellation)
    {
        var found = await table.GetEntityIfExistsAsync<TurnRow>(model.ToString(), TurnRow.Key, cancellationToken: cancellation);
        return found.HasValue ? found.Value! : new TurnRow { PartitionKey = model.ToString(), RowKey = TurnRow.Key };
    }

    /// <summary>
    /// Inserts a retraining, or replaces one that was skipped and has its ETag, with the model's turn as it was read. False when the row is there or has
    /// changed, or another was admitted meanwhile: look again.
    /// </summary>
    public async Task<bool> TryInsertAsync(RetrainingRow row, TurnRow? turn, CancellationToken cancellation)
    {
        if (turn is not null) turn.Last = row.RowKey;
        RetrainingTableRow[] rows = turn is null ? [row] : [row, turn];
        try
        {
            await table.SubmitTransactionAsync(rows.Select(r => r.ETag == default ? new TableTransactionAction(TableTransactionActionType.Add, r) : new(TableTransactionActionType.UpdateReplace, r, r.ETag)), cancellation);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412 && !StorageOutage.Is(e))
        {
            return false;
        }
    }

    /// <summary>Changes the row as it stands when <paramref name="change"/> wants it, again when another change came between. The row as it then stands.</summary>
    public async Task<RetrainingRow> ChangeAsync(RetrainingId id, Func<RetrainingRow, bool> change, CancellationToken cancellation)
    {
        while (true)
        {
            RetrainingRow row = await FindAsync(id, cancellation) ?? throw new InvalidOperationException($"The retraining {id} was there and is not.");
            if (!change(row)) return row;
            row.Updated = clock.GetUtcNow();
            try
            {
                await table.UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace, cancellation);
                return row;
            }
            catch (RequestFailedException e) when (e.Status == 412 && !StorageOutage.Is(e))
            {
                // Changed meanwhile, perhaps by a try of our own whose answer was lost: look again.
            }
        }
    }

    /// <summary>Moves on to a step and gives what it needs.</summary>
    public async Task<OpenRetraining> EnterAsync(RetrainingId id, RetrainingState step, CancellationToken cancellation)
    {
        RetrainingRow row = await ChangeAsync(id, r => r.Enter(step), cancellation);
        Outcome<RetrainingPolicy> policy = await policies.VersionAsync(id.Model, row.PolicyVersion, cancellation);
        return policy.Ok ? new(id, row, policy.Value) : throw new InvalidOperationException($"Version {row.PolicyVersion} of the retraining policy can't be read: {policy.Failure.Detail}");
    }

    public Task<RetrainingRow> DecideAsync(RetrainingId id, Decision decision, CancellationToken cancellation) => ChangeAsync(id, row =>
    {
        string before = row.Decisions;
        row.Decide(decision);
        return row.Decisions != before;
    }, cancellation);

    /// <summary>All retrainings of a model, or of all models, newest first.</summary>
    public async Task<IReadOnlyList<RetrainingRow>> ListAsync(ModelName? model, CancellationToken cancellation)
    {
        string filter = TableClient.CreateQueryFilter($"RowKey ge {RetrainingRow.Prefix} and RowKey lt {"retrain."}");
        if (model is { } one) filter = TableClient.CreateQueryFilter($"PartitionKey eq {one.ToString()} and ") + filter;
        List<RetrainingRow> rows = [];
        await foreach (RetrainingRow row in table.QueryAsync<RetrainingRow>(filter, cancellationToken: cancellation)) rows.Add(row);
        return [.. rows.OrderByDescending(r => r.Created).ThenBy(r => r.RowKey, StringComparer.Ordinal)];
    }
}
