using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Tidemark.Reports;

public static class ReportsSetup
{
    public static FunctionsApplicationBuilder AddReports(this FunctionsApplicationBuilder builder)
    {
        builder.Services.AddReportServices();
        return builder;
    }

    /// <summary>The parts of the slice; it reads what drift checks and quality checks store.</summary>
    internal static void AddReportServices(this IServiceCollection services)
    {
        services.AddOptions<ReportOptions>().BindConfiguration(ReportOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<DriftReader>();
        services.AddSingleton<QualityReader>();
        services.AddSingleton<ReportBuilder>();
        services.AddSingleton<ReportStore>();
        services.AddSingleton<ReportRuns>();
        services.AddSingleton<ReportBook>();
    }
}
