using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using Tidemark.Platform.Http;
using Tidemark.Platform.Storage;
using Tidemark.Platform.Telemetry;

namespace Tidemark.Platform;

public static class PlatformSetup
{
    public static FunctionsApplicationBuilder AddPlatform(this FunctionsApplicationBuilder builder)
    {
        builder.UseMiddleware<UnexpectedErrors>();
        builder.AddTelemetry();
        builder.AddStorage();
        return builder;
    }
}
