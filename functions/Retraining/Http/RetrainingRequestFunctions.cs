using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Tidemark.Platform.Access;
using Tidemark.Platform.Http;
using Tidemark.Platform.Storage;
using Tidemark.Retraining.Admitting;
using Tidemark.Retraining.Orchestration;
using Tidemark.Retraining.Records;

namespace Tidemark.Retraining.Http;

/// <summary>What lets a retraining begin: a request, a message of the drift and quality checks, the clock.</summary>
public sealed class RetrainingRequestFunctions(RetrainingIntake intake, DueRetrainings due)
{
    /// <summary>202 with the retraining; 409 with figures when it may not begin.</summary>
    [Function(nameof(CreateRetraining))]
    [RequiresRole(Roles.RetrainingStart)]
    [Audited]
    public async Task<IResult> CreateRetraining(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/retrainings")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        var admitted = await intake.AskAsync(request, cancellation);
        if (admitted.Ok) await RetrainingOrchestrationFunction.BeginAsync(client, admitted.Value, cancellation);
        return admitted.Or(row => new Answer<RetrainingView>(
            RetrainingView.Of(row, row.Updated), RetrainingAnswersJson.Default.RetrainingView, StatusCodes.Status202Accepted, location: $"/api/retrainings/{row.RowKey}"));
    }

    [Function(nameof(TakeRetrainingRequest))]
    public async Task TakeRetrainingRequest([QueueTrigger(StorageNames.Queues.RetrainingRequests)] string message, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        if (await intake.TakeAsync(message, cancellation) is { } row) await RetrainingOrchestrationFunction.BeginAsync(client, row, cancellation);
    }

    [Function(nameof(TellPoisonedRequest))]
    public Task TellPoisonedRequest([QueueTrigger(StorageNames.Queues.RetrainingRequestsPoison)] string message, CancellationToken cancellation) => intake.TellAsync(message, cancellation);

    /// <summary>Every minute: slots of the policies' schedules, and what a host that died left unbegun.</summary>
    [Function(nameof(BeginDueRetrainings))]
    public async Task BeginDueRetrainings([TimerTrigger("30 * * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        foreach (RetrainingRow row in await due.FindAsync(cancellation)) await RetrainingOrchestrationFunction.BeginAsync(client, row, cancellation);
    }
}
