using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.Retraining.Admitting;
using Tidemark.Retraining.Datasets;
using Tidemark.Retraining.Orchestration;
using Tidemark.Retraining.Policies;
using Tidemark.Retraining.Promotion;
using Tidemark.Retraining.Records;
using Tidemark.Retraining.Reports;

namespace Tidemark.Retraining;

public static class RetrainingSetup
{
    public static FunctionsApplicationBuilder AddRetraining(this FunctionsApplicationBuilder builder)
    {
        builder.Services.AddRetrainingServices();
        return builder;
    }

    /// <summary>The parts of the slice besides its compute.</summary>
    internal static IServiceCollection AddRetrainingServices(this IServiceCollection services)
    {
        services.AddOptions<RetrainingOptions>().BindConfiguration(RetrainingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        return services
            .AddSingleton<PolicyStore>()
            .AddSingleton<PolicyRequests>()
            .AddSingleton<RetrainingRecords>()
            .AddSingleton<StepStore>()
            .AddSingleton<RetrainingBook>()
            .AddSingleton<Admission>()
            .AddSingleton<RetrainingIntake>()
            .AddSingleton<DueRetrainings>()
            .AddSingleton<LabelledLog>()
            .AddSingleton<DatasetFreezer>()
            .AddSingleton<Openings>()
            .AddSingleton<Preparation>()
            .AddSingleton<TrainingSupervision>()
            .AddSingleton<CandidateRegistration>()
            .AddSingleton<CandidateJudgement>()
            .AddSingleton<Approvals>()
            .AddSingleton<ChampionMoves>()
            .AddSingleton<LiveAnswers>()
            .AddSingleton<WatchData>()
            .AddSingleton<ChampionWatch>()
            .AddSingleton<StreamQuality>()
            .AddSingleton<RetrainingReports>();
    }
}
