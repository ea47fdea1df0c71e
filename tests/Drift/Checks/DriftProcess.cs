using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.Drift;
using Tidemark.Drift.Checks;
using Tidemark.Drift.Profiles;
using Tidemark.Platform.Alerts;
using Tidemark.Platform.Monitoring;
using Tidemark.Platform.PredictionLog;
using Tidemark.Platform.Retraining;
using Tidemark.Platform.Storage;
using Tidemark.Platform.Tabular;
using Tidemark.Registry;
using Tidemark.Tests.Platform;
using Tidemark.Tests.Registry;
using Xunit;

namespace Tidemark.Tests.Drift.Checks;

/// <summary>The drift slice as one process has it, on real storage; several of them are several hosts.</summary>
internal sealed class DriftProcess : IAsyncDisposable
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly ServiceProvider services;

    private DriftProcess(ServiceProvider services, FakeClock clock) => (this.services, Clock) = (services, clock);

    public FakeClock Clock { get; }

    public DriftChecks Checks => services.GetRequiredService<DriftChecks>();

    public DriftHistory History => services.GetRequiredService<DriftHistory>();

    public ProfileStore Profiles => services.GetRequiredService<ProfileStore>();

    public CheckTable Table => services.GetRequiredService<CheckTable>();

    public T Get<T>() where T : notnull => services.GetRequiredService<T>();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Starts one; what it needs in storage is there afterwards.</summary>
    public static async Task<DriftProcess> StartAsync(string storage, FakeClock? clock = null, StorageFaults? faults = null)
    {
        foreach (string container in (string[])[StorageNames.Containers.PredictionLog, StorageNames.Containers.Profiles, StorageNames.Containers.Models, StorageNames.Containers.Datasets])
            await new BlobServiceClient(storage).GetBlobContainerClient(container).CreateIfNotExistsAsync(cancellationToken: Stop);
        foreach (string table in (string[])[StorageNames.Tables.Drift, StorageNames.Tables.Models])
            await new TableServiceClient(storage).CreateTableIfNotExistsAsync(table, Stop);
        foreach (string queue in (string[])[StorageNames.Queues.Alerts, StorageNames.Queues.RetrainingRequests])
            await new QueueServiceClient(storage).GetQueueClient(queue).CreateIfNotExistsAsync(cancellationToken: Stop);

        clock ??= new FakeClock(Noon.AddHours(1).AddMinutes(10));
        var collection = new ServiceCollection();
        collection.AddLogging();
        collection.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new("PredictionLog:HashKey", "a key for the tests")]).Build());
        collection.AddSingleton<TimeProvider>(clock);
        collection.AddSingleton(new BlobServiceClient(storage, With(StorageClients.BlobOptions(), faults)));
        collection.AddSingleton(new TableServiceClient(storage, With(StorageClients.TableOptions(), faults)));
        collection.AddSingleton(new QueueServiceClient(storage, With(StorageClients.QueueOptions(), faults)));
        collection.AddSingleton<AlertSender>().AddSingleton<RetrainingSender>();
        collection.AddRegistryServices();
        collection.AddPredictionLog();
        collection.AddDriftServices();
        return new DriftProcess(collection.BuildServiceProvider(), clock);
    }

    public async Task<CheckReport> CheckAsync(ModelName model, DateTimeOffset hour, bool again = false)
    {
        var report = await Checks.RunAsync(model, hour, again, Stop);
        Assert.True(report.Ok, report.Failure?.Detail);
        return report.Value;
    }

    public async Task SetAsync(ModelName model, string monitoring)
    {
        var store = Get<MonitoringStore>();
        string? tag = (await store.ReadAsync(model.ToString(), Stop)).Tag;
        var condition = tag is null ? Tidemark.Platform.Http.Precondition.Absent : Tidemark.Platform.Http.Precondition.Matches(tag);
        Assert.True((await store.WriteAsync(model.ToString(), JsonNode.Parse(monitoring)!.AsObject(), condition, Stop)).Ok);
    }

    /// <summary>Logs rows of an hour as a host does that was told of them.</summary>
    public async Task LogAsync(ModelName model, DateTimeOffset hour, Table inputs, Table outputs, string version = "1", int number = 1)
    {
        using var file = new LogFile(version, LogNames.FromHttp, (await Get<LogPolicies>().ReadAsync(model.ToString(), Stop)).Value!);
        for (int row = 0; row < inputs.Rows; row++)
            file.Add(new LogEntry(PredictionId.OfJob($"{model}{hour:O}{number}", hour).OfRow(row), hour, 1), inputs, outputs, row);
        await Get<LogStore>().WriteAsync(LogNames.File(model.ToString(), hour, "test" + version, number), file, Stop);
    }

    /// <summary>Seeded rows: age normal around 50, sex two to one, score uniform; shifted by so many years.</summary>
    public Task LogAsync(ModelName model, DateTimeOffset hour, int rows, double shift = 0, string version = "1", int file = 1)
    {
        var random = new Random(hour.GetHashCode() ^ rows);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return LogAsync(
            model, hour,
            DriftTables.Of(("age", _ => 50 + shift + (10 * Normal()), rows), ("sex", _ => random.Next(3) == 0 ? "f" : "m", rows)),
            DriftTables.Of(("score", _ => random.NextDouble(), rows)), version, file);
    }

    /// <summary>Takes the messages of a queue that speak of a model.</summary>
    public async Task<List<T>> TakeAsync<T>(string queue, ModelName model, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, Func<T, string> modelOf)
    {
        List<T> found = [];
        var client = Get<QueueServiceClient>().GetQueueClient(queue);
        while ((await client.ReceiveMessagesAsync(32, cancellationToken: Stop)).Value is { Length: > 0 } messages)
        {
            foreach (var message in messages)
            {
                found.Add(JsonSerializer.Deserialize(message.MessageText, type)!);
                await client.DeleteMessageAsync(message.MessageId, message.PopReceipt, Stop);
            }
        }

        return [.. found.Where(m => modelOf(m) == model.ToString())];
    }

    public Task<List<Alert>> AlertsAsync(ModelName model) => TakeAsync(StorageNames.Queues.Alerts, model, AlertJson.Default.Alert, a => a.Model);

    public Task<List<RetrainingRequest>> RequestsAsync(ModelName model) => TakeAsync(StorageNames.Queues.RetrainingRequests, model, RetrainingJson.Default.RetrainingRequest, r => r.Model);

    public static ModelName NewModel() => RegistryProcess.NewModel();

    public ValueTask DisposeAsync() => services.DisposeAsync();

    private static T With<T>(T options, StorageFaults? faults) where T : ClientOptions
    {
        options.Retry.Delay = TimeSpan.FromMilliseconds(1);
        options.Retry.MaxDelay = TimeSpan.FromMilliseconds(1);
        if (faults is not null) options.AddPolicy(faults, HttpPipelinePosition.PerRetry);
        return options;
    }
}
