using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Tidemark.Platform.Telemetry;

internal static class TelemetrySetup
{
    /// <summary>Names of our meters and activity sources begin like this.</summary>
    private const string Ours = "Tidemark.*";

    /// <summary>Traces, metrics and logs to Azure Monitor or an OTLP endpoint where one is set; metrics for Prometheus locally.</summary>
    public static void AddTelemetry(this FunctionsApplicationBuilder builder)
    {
        var settings = TelemetrySettings.Read(builder.Configuration, builder.Environment);
        builder.Services.AddSingleton(_ => new PrometheusMetrics(settings.Prometheus));
        if (!settings.Exports && !settings.Prometheus) return;

        IOpenTelemetryBuilder telemetry = builder.Services.AddOpenTelemetry();
        telemetry.WithMetrics(metrics => AddMetrics(metrics, settings));
        if (!settings.Exports) return;

        telemetry.UseFunctionsWorkerDefaults();
        telemetry.WithTracing(tracing => AddTracing(tracing, settings));
        builder.Logging.AddOpenTelemetry(logs => AddLogs(logs, settings));
    }

    private static void AddMetrics(MeterProviderBuilder metrics, TelemetrySettings settings)
    {
        metrics.AddMeter(Ours, "System.Runtime");
        if (settings.Prometheus) metrics.AddReader(services => services.GetRequiredService<PrometheusMetrics>().Reader);
        if (settings.AzureMonitor is not null) metrics.AddAzureMonitorMetricExporter(options => Configure(options, settings));
        if (settings.OtlpEndpoint is not null) metrics.AddOtlpExporter();
    }

    private static void AddTracing(TracerProviderBuilder tracing, TelemetrySettings settings)
    {
        tracing.AddSource(Ours).AddHttpClientInstrumentation().AddAspNetCoreInstrumentation();
        if (settings.AzureMonitor is not null) tracing.AddAzureMonitorTraceExporter(options => Configure(options, settings));
        if (settings.OtlpEndpoint is not null) tracing.AddOtlpExporter();
    }

    private static void AddLogs(OpenTelemetryLoggerOptions logs, TelemetrySettings settings)
    {
        logs.IncludeFormattedMessage = true;
        if (settings.AzureMonitor is not null) logs.AddAzureMonitorLogExporter(options => Configure(options, settings));
        if (settings.OtlpEndpoint is not null) logs.AddOtlpExporter();
    }

    private static void Configure(AzureMonitorExporterOptions options, TelemetrySettings settings)
    {
        options.ConnectionString = settings.AzureMonitor;
        if (settings.ClientId is { } identity)
            options.Credential = new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = identity.Length > 0 ? identity : null });
    }
}
