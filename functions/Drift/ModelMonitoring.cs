using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;
using Tidemark.Platform.Monitoring;
using Tidemark.Registry;

namespace Tidemark.Drift;

/// <summary>The monitoring document of a model, checked section by section by those who read it.</summary>
public sealed class ModelMonitoring(MonitoringStore store, IEnumerable<MonitoringSection> sections)
{
    public async Task<Outcome<MonitoringDocument>> ReadAsync(ModelName model, CancellationToken cancellation) => await store.ReadAsync(model.ToString(), cancellation);

    public async Task<Outcome<MonitoringDocument>> WriteAsync(ModelName model, HttpRequest request, CancellationToken cancellation)
    {
        var condition = Precondition.Of(request);
        if (!condition.Ok)
            return condition.Failure;
        if (condition.Value is not { } given)
        {
            return new Failure(
                FailureKind.PreconditionRequired, "Condition required",
                $"Changing how {model} is monitored needs the header If-Match with the ETag of GET /api/models/{model}/monitoring, or If-None-Match: * the first time.");
        }

        var body = (await JsonBody.ObjectAsync(request, cancellation)).Then(Check);
        return await body.ThenAsync(settings => store.WriteAsync(model.ToString(), settings, given, cancellation));
    }

    private Outcome<JsonObject> Check(JsonElement body)
    {
        foreach (JsonProperty section in body.EnumerateObject())
        {
            if (sections.FirstOrDefault(s => s.Name == section.Name) is not { } known)
            {
                string names = string.Join(", ", sections.Select(s => s.Name).Order(StringComparer.Ordinal));
                return new Failure(FailureKind.Malformed, "Unknown section", $"There is no section '{section.Name}' of monitoring; there are: {names}.") { Errors = [new FieldError(section.Name, $"is none of {names}")] };
            }

            if (known.Check(section.Value) is { } wrong)
                return wrong;
        }

        return JsonObject.Create(body)!;
    }
}

[JsonSerializable(typeof(JsonObject))]
internal sealed partial class MonitoringJson : JsonSerializerContext;
