using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Tidemark.Platform.Telemetry;

/// <summary>Where telemetry goes. Nothing is instrumented that nobody receives.</summary>
/// <param name="AzureMonitor"><c>APPLICATIONINSIGHTS_CONNECTION_STRING</c>.</param>
/// <param name="OtlpEndpoint"><c>OTEL_EXPORTER_OTLP_ENDPOINT</c>; the exporter reads its further <c>OTEL_…</c> settings itself.</param>
/// <param name="Prometheus">Whether <c>GET /metrics</c> answers: <c>Telemetry__Prometheus</c>, else only in the environment Development.</param>
/// <param name="ClientId">Identity for Azure Monitor from <c>APPLICATIONINSIGHTS_AUTHENTICATION_STRING</c>: empty = the system-assigned one, null = none is needed.</param>
internal sealed record TelemetrySettings(string? AzureMonitor, string? OtlpEndpoint, bool Prometheus, string? ClientId)
{
    /// <summary>Somebody receives traces, metrics and logs.</summary>
    public bool Exports => AzureMonitor is not null || OtlpEndpoint is not null;

    public static TelemetrySettings Read(IConfiguration configuration, IHostEnvironment environment) => new(
        Text(configuration["APPLICATIONINSIGHTS_CONNECTION_STRING"]),
        Text(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]),
        configuration.GetValue<bool?>("Telemetry:Prometheus") ?? environment.IsDevelopment(),
        Identity(Text(configuration["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"])));

    /// <summary>The client id of <c>ClientId=…;Authorization=AAD</c>.</summary>
    private static string? Identity(string? authentication) => authentication?.Split(';', StringSplitOptions.TrimEntries)
        .Where(part => part.StartsWith("ClientId=", StringComparison.OrdinalIgnoreCase))
        .Select(part => part["ClientId=".Length..])
        .FirstOrDefault("");

    private static string? Text(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;
}
