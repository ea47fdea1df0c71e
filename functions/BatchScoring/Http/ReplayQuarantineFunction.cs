using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Tidemark.BatchScoring.Quarantine;
using Tidemark.Platform.Access;
using Tidemark.Platform.Http;

namespace Tidemark.BatchScoring.Http;

/// <summary>Scores rows again that a job set aside.</summary>
public sealed class ReplayQuarantineFunction(Replays replays, BatchCatalog batches)
{
    /// <summary>202 with the new job's place.</summary>
    [Function(nameof(ReplayQuarantine))]
    [Audited]
    public async Task<IResult> ReplayQuarantine(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/quarantine/{job}/replay")] HttpRequest request, string job, CancellationToken cancellation)
    {
        var replay = await replays.BeginAsync(job, request, cancellation);
        var view = await replay.ThenAsync(async j => (Platform.Errors.Outcome<BatchView>)await batches.ViewAsync(j, cancellation));
        return view.Or(BatchFunctions.Accepted);
    }
}
