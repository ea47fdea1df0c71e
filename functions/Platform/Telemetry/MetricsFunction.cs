using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;

namespace Tidemark.Platform.Telemetry;

/// <summary>Metrics for a Prometheus on the same machine.</summary>
public sealed class MetricsFunction(PrometheusMetrics metrics)
{
    [Function(nameof(Metrics))]
    public IResult Metrics([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "metrics")] HttpRequest request) => metrics.Enabled
        ? TypedResults.Text(metrics.Text(), PrometheusMetrics.ContentType, Encoding.UTF8)
        : new Problem(new Failure(
            FailureKind.NotFound, "No metrics here",
            "Metrics are shown here in the environment Development, or with the setting Telemetry__Prometheus=true. In Azure they go to Azure Monitor or an OTLP endpoint."));
}
