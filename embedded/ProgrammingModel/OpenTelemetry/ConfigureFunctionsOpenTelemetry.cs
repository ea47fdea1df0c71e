using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Microsoft.Azure.Functions.Worker.OpenTelemetry;

/// <summary>Connects OpenTelemetry with the invocations.</summary>
public static class ConfigureFunctionsOpenTelemetry
{
    /// <summary>Adds the activity source of invocations and the resource of this app.</summary>
    public static IOpenTelemetryBuilder UseFunctionsWorkerDefaults(this IOpenTelemetryBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.ConfigureOpenTelemetryTracerProvider(tracing => tracing
            .AddSource(Tidemark.Embedded.InvocationActivity.SourceName)
            .ConfigureResource(resource => resource.AddDetector(new FunctionsResourceDetector())));
        return builder;
    }
}

/// <summary>Names the app, its region and its process.</summary>
public sealed class FunctionsResourceDetector : IResourceDetector
{
    public Resource Detect()
    {
        var attributes = new Dictionary<string, object>
        {
            ["service.name"] = Environment.GetEnvironmentVariable("WEBSITE_SITE_NAME") ?? AppDomain.CurrentDomain.FriendlyName,
            ["process.pid"] = Environment.ProcessId,
        };
        if (Environment.GetEnvironmentVariable("REGION_NAME") is { Length: > 0 } region)
        {
            attributes["cloud.provider"] = "azure";
            attributes["cloud.platform"] = "azure_functions";
            attributes["cloud.region"] = region;
        }
        return new Resource(attributes);
    }
}
