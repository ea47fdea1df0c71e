using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tidemark.Platform.Access;
using Tidemark.Platform.Alerts;
using Tidemark.Platform.Http;
using Tidemark.Platform.PredictionLog;
using Tidemark.Platform.Retraining;
using Tidemark.Platform.Storage;
using Tidemark.Platform.Telemetry;

namespace Tidemark.Platform;

public static class PlatformSetup
{
    public static FunctionsApplicationBuilder AddPlatform(this FunctionsApplicationBuilder builder)
    {
        builder.UseMiddleware<UnexpectedErrors>();
        builder.AddAccess();
        builder.AddTelemetry();
        builder.AddStorage();
        builder.Services.AddPredictionLog();
        builder.Services.AddSingleton<AlertSender>();
        builder.Services.AddSingleton<RetrainingSender>();
        return builder;
    }
}
