using System.Text.Json;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Tidemark.Platform.Audit;
using Tidemark.Platform.Http;
using Tidemark.Platform.Storage;
using Tidemark.Registry;
using Tidemark.Retraining.Admitting;
using Tidemark.Retraining.Compute;
using Tidemark.Retraining.Policies;
using Tidemark.Retraining.Promotion;
using Tidemark.Retraining.Records;
using Tidemark.Tests.Platform;
using Tidemark.Tests.Registry;
using static Tidemark.Tests.Registry.RegistryProcess;

namespace Tidemark.Tests.Retraining;

/// <summary>Records, admission and promotion as one process has them, on real storage.</summary>
internal sealed class RetrainingProcess(RegistryProcess registry, TimeProvider clock) : IAsyncDisposable
{
    private const string Policy = """{"coolDown": "06:00:00", "training": {"task": "binary", "label": {"column": "fails"}, "features": [{"name": "heat", "type": "numeric"}]}}""";

    private readonly PolicyStore policies = new(registry.Services.GetRequiredService<BlobServiceClient>(), clock);

    public RegistryProcess Registry => registry;

    public RetrainingRecords Records => new(registry.Services.GetRequiredService<TableServiceClient>(), policies, clock);

    public StepStore Steps => new(registry.Services.GetRequiredService<BlobServiceClient>());

    public Admission Admission => new(Records, policies, registry.Table, Options.Create(new ComputeOptions()));

    public ChampionMoves Moves => new(Records, Steps, registry.Aliases, new AuditTrail(registry.Services.GetRequiredService<TableServiceClient>(), clock));

    public static async Task<RetrainingProcess> StartAsync(AzuriteFixture azurite, TimeProvider? clock = null, StorageFaults? faults = null)
    {
        foreach (string table in (string[])[StorageNames.Tables.Retrainings, StorageNames.Tables.Audit])
            await new TableServiceClient(azurite.ConnectionString).CreateTableIfNotExistsAsync(table);
        foreach (string container in (string[])[StorageNames.Containers.Profiles, StorageNames.Containers.Runs])
            await new BlobContainerClient(azurite.ConnectionString, container).CreateIfNotExistsAsync();
        return new(await RegistryProcess.StartAsync(azurite, faults), clock ?? TimeProvider.System);
    }

    /// <summary>A model with a policy, version 1 its champion, version 2 beside it.</summary>
    public async Task<ModelName> ModelAsync()
    {
        ModelName model = NewModel();
        await registry.PromoteAsync(model, await registry.RegisterAsync(model, 1));
        await registry.RegisterAsync(model, 2);
        await policies.WriteAsync(model, JsonSerializer.Deserialize<JsonElement>(Policy), Precondition.Absent, Actor.Anonymous, Stop);
        return model;
    }

    public ValueTask DisposeAsync() => registry.DisposeAsync();
}
