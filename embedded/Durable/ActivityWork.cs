using Azure;
using Azure.Data.Tables;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace Tidemark.Embedded;

/// <summary>Runs the function of an activity.</summary>
internal delegate Task<(InvocationOutcome Outcome, object? Result)> RunActivity(FunctionEntry function, string instance, string? input, CancellationToken cancellation);

/// <summary>
/// Runs activities. A row in the instance's partition claims each, so that no two hosts run it at once and none runs it again when its
/// result is known: the result and the end of the claim are one transaction. An activity whose host died runs again.
/// </summary>
internal sealed partial class ActivityWork(
    DurableStore store, DurableFunctions functions, DataConverter converter, TimeSpan lease, RunActivity run, ILogger logger)
{
    private const string DoneColumn = "Done";

    /// <exception cref="BusyException">Another host runs the activity.</exception>
    /// <exception cref="OperationCanceledException">The host stops before the activity has ended; another one runs it again.</exception>
    public async Task RunAsync(ActivityPointer pointer, CancellationToken abort)
    {
        string key = $"{DurableStore.ClaimKeysOf(pointer.Execution)}{pointer.TaskId:D8}";
        RowLease? claim = await ClaimAsync(pointer.Instance, key, abort);
        if (claim is null)
        {
            // The result is there already; perhaps nobody said so.
            await store.WakeAsync(pointer.Instance, abort);
            return;
        }

        await using (claim)
        {
            // Read after the claim is made: an execution that is forgotten loses its episodes first, so that a message which comes late finds one of the two.
            Episode? calling = await store.EpisodeAsync(pointer.Instance, $"{Episode.KeysOf(pointer.Execution)}{pointer.Episode:D8}", abort);
            if (calling?.Actions.FirstOrDefault(a => a.Id == pointer.TaskId) is not { } call)
            {
                await claim.DeleteAsync(abort);
                return;
            }

            Message answer = await AnswerAsync(pointer, call, claim, abort);
            await claim.ChangeAsync(etag => ReportAsync(pointer.Instance, key, answer, etag));
        }

        await store.WakeAsync(pointer.Instance, CancellationToken.None);
    }

    private async Task<Message> AnswerAsync(ActivityPointer pointer, OrchestratorAction call, RowLease claim, CancellationToken abort)
    {
        Message answer = new(MessageKind.ActivityCompleted, $"{pointer.Execution}-{pointer.TaskId:D8}") { Execution = pointer.Execution, TaskId = pointer.TaskId };
        if (functions.Activity(call.Name!) is not { } function)
        {
            TaskFailureDetails missing = new(typeof(ArgumentException).FullName!, functions.NoActivity(call.Name!), null, null, null);
            return answer with { Kind = MessageKind.ActivityFailed, Failure = missing, IsFinal = true };
        }

        (InvocationOutcome outcome, object? result) = await run(function, pointer.Instance, call.Data, abort);
        if (outcome.Succeeded)
        {
            try
            {
                return answer with { Data = converter.Serialize(result) };
            }
            catch (Exception unwritable) when (unwritable is System.Text.Json.JsonException or NotSupportedException)
            {
                return answer with { Kind = MessageKind.ActivityFailed, Failure = TaskFailureDetails.FromException(unwritable) };
            }
        }

        if (!abort.IsCancellationRequested) return answer with { Kind = MessageKind.ActivityFailed, Failure = TaskFailureDetails.FromException(outcome.Error!) };
        LogAbandoned(call.Name!, pointer.Instance);
        await claim.ReleaseAsync(CancellationToken.None);
        throw new OperationCanceledException(abort);
    }

    /// <returns>Null where the activity has been run.</returns>
    private async Task<RowLease?> ClaimAsync(string instance, string key, CancellationToken cancellation)
    {
        // One owner a run: the same host may be told twice of one activity.
        string owner = Guid.NewGuid().ToString("N");
        TableEntity fresh = new(instance, key) { [DoneColumn] = false };
        RowLease.Mark(fresh, owner, lease);
        try
        {
            Response added = await store.Table.AddEntityAsync(fresh, cancellation);
            return RowLease.Of(store.Table, instance, key, added.Headers.ETag!.Value, owner, lease);
        }
        catch (RequestFailedException there) when (there.Status == 409)
        {
            TableEntity claimed = await store.Table.GetEntityAsync<TableEntity>(instance, key, cancellationToken: cancellation);
            if (claimed.GetBoolean(DoneColumn) == true) return null;
            bool free = RowLease.IsFree(claimed.GetString(RowLease.OwnerColumn), claimed.GetDateTimeOffset(RowLease.UntilColumn)!.Value, owner);
            RowLease? taken = free ? await RowLease.TryAcquireAsync(store.Table, instance, key, claimed.ETag, owner, lease, cancellation) : null;
            return taken ?? throw new BusyException($"Activity '{key}' of instance '{instance}'");
        }
    }

    private async Task<ETag> ReportAsync(string instance, string key, Message answer, ETag etag)
    {
        TableEntity done = new(instance, key) { [DoneColumn] = true, [RowLease.OwnerColumn] = "", [RowLease.UntilColumn] = DateTimeOffset.UnixEpoch };
        TableEntity message = await store.InboxEntityAsync(instance, answer, store.NextTicks(), CancellationToken.None);
        Response<IReadOnlyList<Response>> reported = await store.Table.SubmitTransactionAsync(
        [
            new(TableTransactionActionType.UpdateReplace, done, etag),
            new(TableTransactionActionType.Add, message),
        ]);
        return reported.Value[0].Headers.ETag!.Value;
    }

    [LoggerMessage(71, LogLevel.Information, "Activity '{Name}' of instance '{Instance}' was cut short by the stop of this host; another one runs it again.")]
    private partial void LogAbandoned(string name, string instance);
}
