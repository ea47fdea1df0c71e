using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.BatchScoring.Completing;
using Tidemark.BatchScoring.Http;
using Tidemark.BatchScoring.Intake;
using Tidemark.BatchScoring.Jobs;
using Tidemark.BatchScoring.Planning;
using Tidemark.BatchScoring.Quarantine;
using Tidemark.BatchScoring.Scoring;
using Tidemark.Prediction;

namespace Tidemark.BatchScoring;

public static class BatchScoringSetup
{
    public static FunctionsApplicationBuilder AddBatchScoring(this FunctionsApplicationBuilder builder)
    {
        builder.Services.AddBatchScoringServices();
        return builder;
    }

    /// <summary>Everything the slice needs besides registry, prediction and validation.</summary>
    internal static void AddBatchScoringServices(this IServiceCollection services)
    {
        services.AddOptions<BatchScoringOptions>().BindConfiguration(BatchScoringOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddMetrics();
        services.AddSingleton<BatchScoringInstruments>();
        services.AddSingleton<JobLedger>();
        services.AddSingleton<ShardLedger>();
        services.AddSingleton<PlanStore>();
        services.AddSingleton<PlanDraft>();
        services.AddSingleton<Planner>();
        services.AddSingleton<ShardDispatch>();
        services.AddSingleton(s => new ModelSource(s.GetRequiredService<SessionCache>()));
        services.AddSingleton<JobContexts>();
        services.AddSingleton<ShardScoring>();
        services.AddSingleton<ShardWorker>();
        services.AddSingleton<LocalShards>();
        services.AddSingleton<ShardPoison>();
        services.AddSingleton<Completion>();
        services.AddSingleton<Callbacks>();
        services.AddSingleton<JobStart>();
        services.AddSingleton<IntakeAudit>();
        services.AddSingleton<BatchIntake>();
        services.AddSingleton<Submission>();
        services.AddSingleton<BatchCatalog>();
        services.AddSingleton<ReplayFile>();
        services.AddSingleton<Replays>();
    }
}
