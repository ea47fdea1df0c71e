using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tidemark.Platform.Audit;

namespace Tidemark.Platform.Access;

public static class AccessSetup
{
    internal static void AddAccess(this FunctionsApplicationBuilder builder)
    {
        builder.Services.AddOptions<AccessOptions>().BindConfiguration(AccessOptions.Section)
            .Configure<IConfiguration>((options, configuration) => options.InAzure = !string.IsNullOrEmpty(configuration["WEBSITE_SITE_NAME"]))
            .ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<CallerLimit>();
        builder.Services.AddSingleton<Tokens>();
        builder.Services.AddSingleton<AuditTrail>();
        builder.UseMiddleware<AccessControl>();
    }
}
