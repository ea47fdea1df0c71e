using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Tidemark.Platform.Http;

namespace Tidemark.Retraining.Compute.External;

/// <summary>Where a cluster outside takes runs and answers. The signature is the key, so no function key is asked for.</summary>
public sealed class ExternalRunFunctions(SignedRequests requests, ExternalRuns runs)
{
    [Function(nameof(TakeTrainingRun))]
    public async Task<IResult> TakeTrainingRun(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/retrainings/{run}/work")] HttpRequest request, string run, CancellationToken cancellation)
    {
        var signed = await requests.ReadAsync(request, run, cancellation);
        return (await signed.ThenAsync(s => runs.TakeAsync(s, cancellation))).Or(work => new Answer<ExternalWork>(work, ExternalJson.Default.ExternalWork));
    }

    [Function(nameof(AnswerTrainingRun))]
    public async Task<IResult> AnswerTrainingRun(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/retrainings/{run}/result")] HttpRequest request, string run, CancellationToken cancellation)
    {
        var signed = await requests.ReadAsync(request, run, cancellation);
        return (await signed.ThenAsync(s => runs.AnswerAsync(s, cancellation))).Or(state => new Answer<ExternalState>(state, ExternalJson.Default.ExternalState));
    }
}
