using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Tidemark.Platform.Http;

namespace Tidemark.Validation.Schemas;

/// <summary>Lets a person try rules on data before relying on them.</summary>
public sealed class SchemaFunctions(SchemaRequests requests)
{
    /// <summary>Body: <c>rows</c>, <c>columns</c> or <c>blob</c>, and perhaps <c>label</c>, <c>maxDomain</c>, <c>rangeMargin</c>, <c>distance</c>; or CSV or JSON lines as such.</summary>
    [Function(nameof(InferSchema))]
    public async Task<IResult> InferSchema([HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/schemas/infer")] HttpRequest request, CancellationToken cancellation) =>
        (await requests.InferAsync(request, cancellation)).Or(a => new Answer<InferenceAnswer>(a, SchemaJson.Default.InferenceAnswer));

    /// <summary>Body: <c>data</c>, and <c>schema</c> or <c>reference</c>; perhaps <c>environment</c>, <c>previous</c>, <c>serving</c>.</summary>
    [Function(nameof(DetectAnomalies))]
    public async Task<IResult> DetectAnomalies([HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/anomalies")] HttpRequest request, CancellationToken cancellation) =>
        (await requests.DetectAsync(request, cancellation)).Or(a => new Answer<AnomaliesAnswer>(a, SchemaJson.Default.AnomaliesAnswer));
}
