using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.Operations.Alerts;
using Tidemark.Operations.Audit;
using Tidemark.Platform.Monitoring;

namespace Tidemark.Operations;

public static class OperationsSetup
{
    public static FunctionsApplicationBuilder AddOperations(this FunctionsApplicationBuilder builder)
    {
        builder.Services.AddAlerts();
        builder.Services.AddSingleton<TrailPages>();
        builder.Services.AddSingleton<TrailCheck>();
        builder.Services.AddSingleton<TrailWatch>();
        return builder;
    }

    internal static void AddAlerts(this IServiceCollection services)
    {
        services.AddOptions<AlertOptions>().BindConfiguration(AlertOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddMetrics();
        services.AddSingleton<AlertInstruments>();
        services.AddSingleton<AlertTable>();
        services.AddSingleton<AlertPolicies>();
        services.AddSingleton(s => new MonitoringSection(AlertPolicy.Section, s.GetRequiredService<AlertPolicies>().Check));
        services.AddSingleton<Webhook>();
        services.AddSingleton<AlertDelivery>();
        services.AddSingleton<AlertIntake>();
        services.AddSingleton<AlertBook>();
    }
}
