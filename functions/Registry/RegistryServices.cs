using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Tidemark.Registry;

internal static class RegistryServices
{
    /// <summary>The parts of the slice, without the Functions SDK.</summary>
    public static IServiceCollection AddRegistryServices(this IServiceCollection services)
    {
        services.AddOptions<RegistryOptions>().BindConfiguration(RegistryOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<PinLineage>(_ => Lineage.AsSaidAsync);
        return services
            .AddSingleton<RegistryTable>()
            .AddSingleton<ModelBlobs>()
            .AddSingleton<ModelDirectory>()
            .AddSingleton<Sealing>()
            .AddSingleton<Registration>()
            .AddSingleton<Versions>()
            .AddSingleton<Aliases>()
            .AddSingleton<AliasHistory>()
            .AddSingleton<ModelIntake>()
            .AddSingleton<UploadReader>();
    }
}
