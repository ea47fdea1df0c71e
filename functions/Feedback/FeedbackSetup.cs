using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.Feedback.Labels;
using Tidemark.Feedback.Quality;

namespace Tidemark.Feedback;

public static class FeedbackSetup
{
    public static FunctionsApplicationBuilder AddFeedback(this FunctionsApplicationBuilder builder)
    {
        builder.Services.AddFeedbackServices();
        return builder;
    }

    internal static IServiceCollection AddFeedbackServices(this IServiceCollection services) => services
        .AddSingleton<LabelTable>()
        .AddSingleton<Submissions>()
        .AddSingleton<LabelIntake>()
        .AddSingleton(QualityPolicy.Checked())
        .AddSingleton<WindowJoin>()
        .AddSingleton<VersionReference>()
        .AddSingleton<WindowStore>()
        .AddSingleton<WindowCount>()
        .AddSingleton<QualityChecks>()
        .AddSingleton<QualityAnswers>();
}
