using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Tidemark.Embedded;

/// <summary>Registers the task hub: store, engine, client, routes.</summary>
internal static class DurableSetup
{
    private static readonly TimeSpan DefaultLease = TimeSpan.FromSeconds(30);

    public static void AddDurable(this IServiceCollection services)
    {
        services.AddSingleton<DurableFunctions>();
        services.AddSingleton(provider => provider.GetRequiredService<HostSettings>().Durable);
        services.AddSingleton<DataConverter>(provider => new WorkerDataConverter(provider.GetRequiredService<IOptions<WorkerOptions>>()));
        services.AddSingleton(Store);
        services.AddSingleton<HubAddress>();
        services.AddSingleton<HubClient>();
        services.AddSingleton(Engine);
        services.AddSingleton<DurableRoutes>();
    }

    private static DurableStore Store(IServiceProvider provider)
    {
        StorageConnections connections = provider.GetRequiredService<StorageConnections>();
        DurableSettings settings = provider.GetRequiredService<DurableSettings>();
        return new(
            connections.Tables(settings.Connection), connections.Queues(settings.Connection), connections.Blobs(settings.Connection),
            settings.HubName, provider.GetRequiredService<TimeProvider>());
    }

    private static DurableEngine Engine(IServiceProvider provider) => new(
        provider.GetRequiredService<DurableStore>(),
        provider.GetRequiredService<DurableSettings>(),
        provider.GetRequiredService<DurableFunctions>(),
        provider.GetRequiredService<DataConverter>(),
        provider.GetRequiredService<FunctionExecutor>(),
        SettingNames.Time("Embedded:DurableLease", provider.GetRequiredService<IConfiguration>()) ?? DefaultLease,
        provider.GetRequiredService<ILoggerFactory>());
}
