using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Tidemark.Retraining.Compute.ContainerApps;
using Tidemark.Retraining.Compute.External;
using Tidemark.Retraining.Compute.Local;

namespace Tidemark.Retraining.Compute;

public static class ComputeSetup
{
    /// <summary>The compute that <c>Compute__Name</c> names, and the external one where it has a key.</summary>
    public static FunctionsApplicationBuilder AddTrainingCompute(this FunctionsApplicationBuilder builder)
    {
        builder.Services.AddTrainingCompute(builder.Configuration);
        return builder;
    }

    internal static IServiceCollection AddTrainingCompute(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ComputeOptions>().BindConfiguration(ComputeOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddMetrics();
        services.AddSingleton<RetrainingInstruments>().AddSingleton<TrainingRuns>().AddSingleton<StartNotes>().AddSingleton<TrainingComputes>();
        if (configuration[$"{ComputeOptions.Section}:{nameof(ComputeOptions.Name)}"] == ContainerAppsCompute.ComputeName) services.AddContainerApps();
        else services.AddLocal();
        services.AddExternal(configuration[$"{ExternalOptions.Section}:{nameof(ExternalOptions.Key)}"] is { Length: > 0 });
        return services;
    }

    private static void AddContainerApps(this IServiceCollection services)
    {
        services.AddOptions<ContainerAppsOptions>().BindConfiguration(ContainerAppsOptions.Section).ValidateDataAnnotations().ValidateOnStart()
            .Validate(o => o.Job.Length > 0, "Compute__Name is container-apps, so Compute__ContainerApps__Job must name the job.");
        services.AddSingleton(s => TrainingJob.Client(s.GetRequiredService<IOptions<ContainerAppsOptions>>().Value));
        services.AddSingleton<TrainingJob>().AddSingleton<ITrainingCompute, ContainerAppsCompute>();
    }

    private static void AddLocal(this IServiceCollection services)
    {
        services.AddOptions<LocalOptions>().BindConfiguration(LocalOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ITrainingCompute, LocalCompute>();
    }

    private static void AddExternal(this IServiceCollection services, bool wanted)
    {
        services.AddOptions<ExternalOptions>().BindConfiguration(ExternalOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<SignedRequests>().AddSingleton<RunLinks>().AddSingleton<DeliveredFiles>().AddSingleton<ExternalRuns>().AddSingleton<RunEnds>();
        if (wanted) services.AddSingleton<ITrainingCompute, ExternalCompute>();
    }
}
