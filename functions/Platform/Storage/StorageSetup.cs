using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Tidemark.Platform.Storage;

internal static class StorageSetup
{
    /// <summary>Registers the three service clients (one each, shared) and the creation of what is missing.</summary>
    public static void AddStorage(this IHostApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(Connection);
        builder.Services.AddSingleton(s => s.GetRequiredService<StorageConnection>().Blobs(StorageClients.BlobOptions()));
        builder.Services.AddSingleton(s => s.GetRequiredService<StorageConnection>().Queues(StorageClients.QueueOptions()));
        builder.Services.AddSingleton(s => s.GetRequiredService<StorageConnection>().Tables(StorageClients.TableOptions()));
        builder.Services.AddHostedService<StorageProvisioner>();
    }

    private static StorageConnection Connection(IServiceProvider services)
    {
        var connection = StorageConnection.Read(services.GetRequiredService<IConfiguration>());
        return connection.Ok ? connection.Value : throw new InvalidOperationException(connection.Failure.Detail);
    }
}
