using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.Prediction;
using Tidemark.Registry;
using Tidemark.Validation.Logs;
using Tidemark.Validation.Schemas;
using Tidemark.Validation.Sources;
using Tidemark.Validation.Store;

namespace Tidemark.Validation;

public static class ValidationSetup
{
    public static FunctionsApplicationBuilder AddValidation(this FunctionsApplicationBuilder builder)
    {
        builder.Services.AddValidationServices();
        return builder;
    }

    /// <summary>The parts of the slice, and the rules that it gives to predictions.</summary>
    internal static void AddValidationServices(this IServiceCollection services)
    {
        services.AddSingleton<SuiteStore>();
        services.AddSingleton<DataSource>();
        services.AddSingleton<Validator>();
        services.AddSingleton<ValidationJobs>();
        services.AddSingleton<LoggedInputs>();
        services.AddSingleton<DailyLogs>();
        services.AddSingleton<SchemaRequests>();
        services.AddSingleton<SuiteBindings>();
        services.AddSingleton<PinLineage>(s => s.GetRequiredService<SuiteBindings>().PinAsync);
        services.AddSingleton<LoadRules>(s => s.GetRequiredService<SuiteBindings>().LoadAsync);
    }
}
