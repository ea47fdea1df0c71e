using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Tidemark.Embedded;

/// <summary>Registers what listens for events and what writes outputs.</summary>
internal static class ListenerSetup
{
    public static IServiceCollection AddListeners(this IServiceCollection services)
    {
        services.AddSingleton(provider => new StorageConnections(provider.GetRequiredService<IConfiguration>()));
        services.AddSingleton(provider => new OutputWriter(
            provider.GetRequiredService<StorageConnections>(),
            provider.GetRequiredService<HostSettings>().Queues,
            new PathTemplate(provider.GetRequiredService<IConfiguration>(), provider.GetRequiredService<TimeProvider>()),
            provider.GetRequiredService<IOptions<WorkerOptions>>().Value.Serializer!));
        services.AddSingleton<OutputSink>(provider => provider.GetRequiredService<OutputWriter>().WriteAsync);
        services.AddDurable();
        services.AddSingleton<ListenerHost>();
        return services.AddHostedService(provider => provider.GetRequiredService<ListenerHost>());
    }
}
