using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Azure;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.Local;
using Tidemark.Platform.Storage;
using Tidemark.Registry;
using Tidemark.Retraining;
using Tidemark.Retraining.Compute;
using Tidemark.Retraining.Contract;
using Xunit;

namespace Tidemark.Tests.Training.Compute;

/// <summary>An Azurite of its own with the suite's names, since workers claim whatever run waits in it.</summary>
public sealed class TrainingStore : IAsyncLifetime
{
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private Azurite? azurite;

    internal string ConnectionString => azurite!.ConnectionString;

    internal TableClient Table => new(ConnectionString, StorageNames.Tables.TrainingRuns);

    internal BlobContainerClient Files => new(ConnectionString, StorageNames.Containers.Runs);

    internal RetrainingInstruments Instruments => new(services.GetRequiredService<IMeterFactory>());

    internal StorageConnection Connection => StorageConnection.Read(new ConfigurationBuilder().AddInMemoryCollection([new("AzureWebJobsStorage", ConnectionString)]).Build()).Value!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        azurite = await Azurite.StartAsync(new(Repository.Root));
        await Table.CreateAsync(Cancellation);
        await Files.CreateAsync(cancellationToken: Cancellation);
        await new BlobContainerClient(ConnectionString, StorageNames.Containers.Datasets).CreateAsync(cancellationToken: Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (azurite is not null) await azurite.DisposeAsync();
        await services.DisposeAsync();
    }

    internal TrainingRuns Runs(TimeProvider? time = null) => new(new TableServiceClient(ConnectionString), new BlobServiceClient(ConnectionString), time ?? TimeProvider.System);

    internal StartNotes Notes(TimeProvider? time = null) => new(new TableServiceClient(ConnectionString), time ?? TimeProvider.System);

    /// <summary>A run that waits, with its data.</summary>
    internal async Task<TrainingRunId> AskAsync(string id, int rows = 300, int trials = 1, string compute = "local", TimeProvider? time = null)
    {
        await new BlobClient(ConnectionString, StorageNames.Containers.Datasets, $"{id}.csv").UploadAsync(BinaryData.FromString(TrainingData.Csv(rows, "binary")), overwrite: true, Cancellation);
        var inserted = await Runs(time).InsertAsync(Id(id), ModelName.Parse("heart").Value, Spec($"datasets/{id}.csv", trials), compute, Cancellation);
        Assert.True(inserted.Ok, inserted.Failure?.Detail);
        return Id(id);
    }

    internal static TrainingRunId Id(string text) => TrainingRunId.Parse(text).Value;

    internal static RunSpec Spec(string blob, int trials = 1)
    {
        var spec = TrainingData.Spec("binary", trials: trials);
        spec["contract"] = 1;
        spec["dataset"] = new JsonObject { ["blob"] = blob };
        return RunSpecReader.Read(System.Text.Encoding.UTF8.GetBytes(spec.ToJsonString())).Value!;
    }

    /// <summary>Does to the row what a worker does.</summary>
    internal Task SetAsync(TrainingRunId id, params (string Name, object Value)[] properties)
    {
        var row = new TableEntity("run", id.ToString());
        foreach (var (name, value) in properties) row[name] = value;
        return Table.UpdateEntityAsync(row, ETag.All, TableUpdateMode.Merge, Cancellation);
    }

    internal async Task<TrainingRun> RowAsync(TrainingRunId id) => (await Runs().ReadAsync(id, Cancellation))!;

    internal async Task<bool> HasFileAsync(TrainingRunId id, string name) => (await Files.GetBlobClient($"{id}/{name}").ExistsAsync(Cancellation)).Value;

    /// <summary>Hashes of the files that are the same however a run went.</summary>
    internal async Task<string[]> ResultsAsync(TrainingRunId id)
    {
        List<string> hashes = [];
        foreach (string name in new[] { RunFiles.Model, RunFiles.Metrics, RunFiles.Profile, RunFiles.Parity })
            hashes.Add(FileStamp.Of((await Runs().FileAsync(id, name, Cancellation))!).Sha256);
        return [.. hashes];
    }
}
