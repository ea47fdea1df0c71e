using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Tidemark.Platform.Access;
using Tidemark.Platform.Http;

namespace Tidemark.Retraining.Compute.External;

/// <summary>Where a cluster outside takes runs and answers. The function key lets it in, so that strangers can't fill the audit trail; the signature is what counts.</summary>
public sealed class ExternalRunFunctions(SignedRequests requests, ExternalRuns runs)
{
    [Function(nameof(TakeTrainingRun))]
    [Audited]
    public async Task<IResult> TakeTrainingRun(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/retrainings/{run}/work")] HttpRequest request, string run, CancellationToken cancellation)
    {
        var signed = await requests.ReadAsync(request, run, cancellation);
        return (await signed.ThenAsync(s => runs.TakeAsync(s, cancellation))).Or(work => new Answer<ExternalWork>(work, ExternalJson.Default.ExternalWork));
    }

    [Function(nameof(AnswerTrainingRun))]
    [Audited]
    public async Task<IResult> AnswerTrainingRun(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/retrainings/{run}/result")] HttpRequest request, string run, CancellationToken cancellation)
    {
        var signed = await requests.ReadAsync(request, run, cancellation);
        return (await signed.ThenAsync(s => runs.AnswerAsync(s, cancellation))).Or(state => new Answer<ExternalState>(state, ExternalJson.Default.ExternalState));
    }
}
