using Microsoft.Azure.Functions.Worker.Builder;

namespace Tidemark.Registry;

public static class RegistrySetup
{
    public static FunctionsApplicationBuilder AddRegistry(this FunctionsApplicationBuilder builder)
    {
        builder.Services.AddRegistryServices();
        return builder;
    }
}
