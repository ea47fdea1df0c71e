using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.Platform.Http;
using Tidemark.Platform.Storage;
using Tidemark.Registry;
using Tidemark.Tests.Platform;
using Tidemark.Tests.Platform.Inference;
using Xunit;

namespace Tidemark.Tests.Registry;

/// <summary>The registry as one process has it, on real storage; several of them are several processes.</summary>
internal sealed class RegistryProcess : IAsyncDisposable
{
    private readonly ServiceProvider services;

    private RegistryProcess(ServiceProvider services) => this.services = services;

    /// <summary>Ends a test that hangs.</summary>
    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public Registration Registration => services.GetRequiredService<Registration>();

    public Sealing Sealing => services.GetRequiredService<Sealing>();

    public Versions Versions => services.GetRequiredService<Versions>();

    public Aliases Aliases => services.GetRequiredService<Aliases>();

    public AliasHistory History => services.GetRequiredService<AliasHistory>();

    public ModelDirectory Directory => services.GetRequiredService<ModelDirectory>();

    public ModelIntake Intake => services.GetRequiredService<ModelIntake>();

    public RegistryTable Table => services.GetRequiredService<RegistryTable>();

    public BlobContainerClient Container => services.GetRequiredService<BlobServiceClient>().GetBlobContainerClient(StorageNames.Containers.Models);

    public IServiceProvider Services => services;

    /// <summary>Starts one; containers and tables are there afterwards.</summary>
    public static async Task<RegistryProcess> StartAsync(AzuriteFixture azurite, StorageFaults? faults = null, TimeProvider? time = null, long? maxModelBytes = null)
    {
        await CreateAsync(azurite);
        var collection = new ServiceCollection();
        collection.AddLogging();
        collection.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(
            maxModelBytes is null ? [] : [new("Registry:MaxModelBytes", maxModelBytes.ToString())]).Build());
        collection.AddSingleton(time ?? TimeProvider.System);
        collection.AddSingleton(new BlobServiceClient(azurite.ConnectionString, With(StorageClients.BlobOptions(), faults)));
        collection.AddSingleton(new TableServiceClient(azurite.ConnectionString, With(StorageClients.TableOptions(), faults)));
        collection.AddRegistryServices();
        return new RegistryProcess(collection.BuildServiceProvider());
    }

    /// <summary>A name that no other test uses.</summary>
    public static ModelName NewModel() => ModelName.Parse("m" + Guid.NewGuid().ToString("N")).Value;

    /// <summary>A model whose bytes depend on <paramref name="seed"/>.</summary>
    public static ModelFile File(float seed) => ModelFile.Of(Models.Linear([seed, 1, 2]).ToBytes());

    public static ModelVersion Version(string text) => ModelVersion.Parse(text).Value;

    public static async Task<T> KilledOr<T>(Func<Task<T>> work, T killed)
    {
        try
        {
            return await work();
        }
        catch (ProcessKilledException)
        {
            return killed;
        }
    }

    public async Task<ModelVersion> RegisterAsync(ModelName model, float seed)
    {
        var registered = await Registration.RegisterAsync(model, File(seed), new ModelMetadata(), Actor.Anonymous, Stop);
        return Version(registered.Value!.Manifest.Version);
    }

    /// <summary>Promotes whatever stands there now, and returns the new entity tag.</summary>
    public async Task<string> PromoteAsync(ModelName model, ModelVersion version)
    {
        var current = await Table.AliasAsync(model, AliasName.Champion, Stop);
        var moved = await Aliases.PromoteAsync(Promotion(model, current?.Tag), version, Stop);
        return moved.Value!.Tag;
    }

    public static AliasMove Promotion(ModelName model, string? tag, string? key = null) => new(
        model, AliasName.Champion, MoveKind.Promotion, tag is null ? Precondition.Absent : Precondition.Matches(tag), Actor.Anonymous, IdempotencyKey: key);

    public static AliasMove Rollback(ModelName model, string? key = null) => new(
        model, AliasName.Champion, MoveKind.Rollback, Condition: null, Actor.Anonymous, IdempotencyKey: key);

    public async Task<List<HistoryRow>> MovesAsync(ModelName model)
    {
        var rows = new List<HistoryRow>();
        await foreach (var row in Table.RowsAsync<HistoryRow>(model, HistoryRow.Prefix(AliasName.Champion), Stop)) rows.Add(row);
        return rows;
    }

    public async Task<List<VersionRow>> RowsAsync(ModelName model)
    {
        var rows = new List<VersionRow>();
        await foreach (var row in Table.RowsAsync<VersionRow>(model, VersionRow.Prefix, Stop)) rows.Add(row);
        return rows;
    }

    public async Task<List<AuditRow>> AuditAsync(ModelName model)
    {
        var rows = new List<AuditRow>();
        await foreach (var row in Table.RowsAsync<AuditRow>(model, "audit:", Stop)) rows.Add(row);
        return rows;
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();

    private static async Task CreateAsync(AzuriteFixture azurite)
    {
        await new TableServiceClient(azurite.ConnectionString).CreateTableIfNotExistsAsync(StorageNames.Tables.Models);
        await new BlobServiceClient(azurite.ConnectionString).GetBlobContainerClient(StorageNames.Containers.Models).CreateIfNotExistsAsync();
    }

    private static T With<T>(T options, StorageFaults? faults) where T : ClientOptions
    {
        options.Retry.Delay = TimeSpan.FromMilliseconds(1);
        options.Retry.MaxDelay = TimeSpan.FromMilliseconds(1);
        if (faults is not null) options.AddPolicy(faults, HttpPipelinePosition.PerRetry);
        return options;
    }
}
