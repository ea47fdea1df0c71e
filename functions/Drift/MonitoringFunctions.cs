using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Tidemark.Platform.Access;
using Tidemark.Platform.Http;
using Tidemark.Platform.Monitoring;
using Tidemark.Registry;

namespace Tidemark.Drift;

/// <summary>Shows and changes how a model is watched: one document with a section for the log, for drift, for quality.</summary>
public sealed class MonitoringFunctions(ModelMonitoring monitoring)
{
    [Function(nameof(GetMonitoring))]
    public async Task<IResult> GetMonitoring(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/models/{model}/monitoring")] HttpRequest request, string model, CancellationToken cancellation)
    {
        var found = await ModelName.Parse(model).ThenAsync(m => monitoring.ReadAsync(m, cancellation));
        return found.Or(Shown);
    }

    /// <summary>Needs <c>If-Match</c>, or <c>If-None-Match: *</c> the first time.</summary>
    [Function(nameof(PutMonitoring))]
    [RequiresRole(Roles.ModelsRegister)]
    [Audited]
    public async Task<IResult> PutMonitoring(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = "api/models/{model}/monitoring")] HttpRequest request, string model, CancellationToken cancellation)
    {
        var stored = await ModelName.Parse(model).ThenAsync(m => monitoring.WriteAsync(m, request, cancellation));
        return stored.Or(Shown);
    }

    private static Answer<JsonObject> Shown(MonitoringDocument document) => new(document.Settings, MonitoringJson.Default.JsonObject, etag: document.Tag);
}
