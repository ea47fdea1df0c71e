using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.Drift.Checks;
using Tidemark.Drift.Profiles;
using Tidemark.Platform.Monitoring;

namespace Tidemark.Drift;

public static class DriftSetup
{
    public static FunctionsApplicationBuilder AddDrift(this FunctionsApplicationBuilder builder)
    {
        builder.Services.AddDriftServices();
        return builder;
    }

    /// <summary>The parts of the slice.</summary>
    internal static void AddDriftServices(this IServiceCollection services)
    {
        services.AddOptions<DriftOptions>().BindConfiguration(DriftOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(new MonitoringSection(DriftSettings.Section, section => DriftSettings.Parse(section).Failure));
        services.AddSingleton<ModelMonitoring>();
        services.AddSingleton<LogProfiler>();
        services.AddSingleton<ProfileStore>();
        services.AddSingleton<ReferenceData>();
        services.AddSingleton<ReferenceUpload>();
        services.AddSingleton<References>();
        services.AddSingleton<CheckTable>();
        services.AddSingleton<CheckBlobs>();
        services.AddSingleton<Announcements>();
        services.AddSingleton<VersionChecker>();
        services.AddSingleton<DriftChecks>();
        services.AddSingleton<DriftHistory>();
    }
}
