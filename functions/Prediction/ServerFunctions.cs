using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Tidemark.Prediction;

/// <summary>The server as a whole, in the Open Inference Protocol v2.</summary>
public sealed class ServerFunctions(Readiness readiness, OpenInference protocol)
{
    private static readonly ServerView Server = new("tidemark", typeof(ServerFunctions).Assembly.GetName().Version!.ToString(3), []);

    [Function(nameof(ServerMetadata))]
    public IResult ServerMetadata([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v2")] HttpRequest request) =>
        Results.Json(Server, PredictionJson.Default.ServerView);

    /// <summary>The process runs.</summary>
    [Function(nameof(ServerLive))]
    public IResult ServerLive([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v2/health/live")] HttpRequest request) =>
        Results.Json(new LiveView(true), PredictionJson.Default.LiveView);

    /// <summary>It can answer predictions; 503 with Retry-After until then.</summary>
    [Function(nameof(ServerReady))]
    public async Task<IResult> ServerReady(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v2/health/ready")] HttpRequest request, CancellationToken cancellation) =>
        await readiness.CheckAsync(cancellation) is { } failure ? protocol.Refuse(failure) : Results.Json(new ReadyView(true), PredictionJson.Default.ReadyView);
}
