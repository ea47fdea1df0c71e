using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Tidemark.Platform.Http;

namespace Tidemark.Drift.Detectors;

/// <summary>Tries a detector on values of the past.</summary>
public sealed class DetectFunction
{
    [Function(nameof(Detect))]
    public static async Task<IResult> Detect(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/drift/detect")] HttpRequest request, CancellationToken cancellation)
    {
        var body = await JsonBody.ObjectAsync(request, cancellation);
        return body.Then(Detection.Of).Or(answer => new Answer<DetectionAnswer>(answer, DetectionJson.Default.DetectionAnswer));
    }
}
