using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Tidemark.Platform.Access;
using Tidemark.Platform.Http;
using Tidemark.Retraining.Orchestration;

namespace Tidemark.Retraining.Compute.External;

/// <summary>Where a cluster outside takes runs and answers. The function key lets it in, so that strangers can't fill the audit trail; the signature is what counts.</summary>
public sealed class ExternalRunFunctions(SignedRequests requests, ExternalRuns runs, RunEnds ends)
{
    [Function(nameof(TakeTrainingRun))]
    [Audited]
    public async Task<IResult> TakeTrainingRun(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/retrainings/{run}/work")] HttpRequest request, string run, CancellationToken cancellation)
    {
        var signed = await requests.ReadAsync(request, run, cancellation);
        return (await signed.ThenAsync(s => runs.TakeAsync(s, cancellation))).Or(work => new Answer<ExternalWork>(work, ExternalJson.Default.ExternalWork));
    }

    /// <summary>An answer that ends the run lets its retraining look at once, also when it comes again: the first may have died before it told.</summary>
    [Function(nameof(AnswerTrainingRun))]
    [Audited]
    public async Task<IResult> AnswerTrainingRun(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/retrainings/{run}/result")] HttpRequest request, string run, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        var signed = await requests.ReadAsync(request, run, cancellation);
        var answered = await signed.ThenAsync(s => runs.AnswerAsync(s, cancellation));
        if (answered is { Ok: true, Value.State: RunState.Succeeded or RunState.Failed })
            await ends.TellAsync(answered.Value, ended => client.RaiseEventAsync(ended.Run, FlowEvents.TrainingEnded, ended.State.ToString(), cancellation));
        return answered.Or(state => new Answer<ExternalState>(state, ExternalJson.Default.ExternalState));
    }
}
