using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Tidemark.Prediction.Log;
using Tidemark.Registry;

namespace Tidemark.Prediction;

public static class PredictionSetup
{
    public static FunctionsApplicationBuilder AddPrediction(this FunctionsApplicationBuilder builder)
    {
        builder.Services.AddPredictionServices();
        return builder;
    }

    /// <summary>Everything the slice needs besides the registry's <see cref="ModelDirectory"/> and the kernel's prediction log.</summary>
    internal static void AddPredictionServices(this IServiceCollection services)
    {
        services.AddOptions<PredictionOptions>().BindConfiguration(PredictionOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<PredictionInstruments>();
        services.AddSingleton<DownloadModel>(s => s.GetRequiredService<ModelDirectory>().DownloadAsync);
        services.AddSingleton<ResolveModel>(s => s.GetRequiredService<ModelDirectory>().ResolveAsync);
        services.AddSingleton<ListModels>(s => s.GetRequiredService<ModelDirectory>().ListAsync);
        services.TryAddSingleton<LoadRules>(RowRules.NoneAsync);
        services.AddSingleton<LogInstruments>();
        services.AddSingleton<RowLogger>();
        services.AddSingleton<PrepareLog>(s => s.GetRequiredService<RowLogger>().PrepareAsync);
        services.AddHostedService<LogWriter>();
        services.AddSingleton<SessionCache>();
        services.AddSingleton<ServedModels>();
        services.AddSingleton<OpenInference>();
        services.AddSingleton<MlflowScoring>();
        services.AddSingleton(s => new Predictor(s.GetRequiredService<ServedModels>(), s.GetRequiredService<IOptions<PredictionOptions>>(), s.GetRequiredService<PredictionInstruments>(),
            s.GetRequiredService<RowLogger>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => new ModelDescription(s.GetRequiredService<ServedModels>(), s.GetRequiredService<OpenInference>()));
        services.AddSingleton(s => new Readiness(s.GetRequiredService<ListModels>(), s.GetRequiredService<SessionCache>(), s.GetRequiredService<TimeProvider>()));
    }
}
