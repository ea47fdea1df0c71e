using Microsoft.Extensions.DependencyInjection;
using Tidemark.Platform.Monitoring;

namespace Tidemark.Platform.PredictionLog;

internal static class PredictionLogSetup
{
    /// <summary>The log in storage and how models are logged.</summary>
    public static IServiceCollection AddPredictionLog(this IServiceCollection services)
    {
        services.AddOptions<PredictionLogOptions>().BindConfiguration(PredictionLogOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(s => new MonitoringSection("log", section => LogPolicy.Parse(section, s.GetRequiredService<LogPolicies>().ByDefault).Failure));
        return services.AddSingleton<MonitoringStore>().AddSingleton<LogPolicies>().AddSingleton<LogStore>();
    }
}
