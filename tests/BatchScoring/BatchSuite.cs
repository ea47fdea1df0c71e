using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.BatchScoring;
using Tidemark.BatchScoring.Http;
using Tidemark.BatchScoring.Intake;
using Tidemark.BatchScoring.Scoring;
using Tidemark.Local;
using Tidemark.Operations.Alerts;
using Tidemark.Platform.Http;
using Tidemark.Platform.PredictionLog;
using Tidemark.Platform.Storage;
using Tidemark.Prediction;
using Tidemark.Registry;
using Tidemark.Tests.Embedded;
using Tidemark.Tests.Platform.Inference;
using Tidemark.Tests.Registry;
using Tidemark.Validation;
using Xunit;

namespace Tidemark.Tests.BatchScoring;

/// <summary>
/// The batch slice with registry, prediction and validation on an Azurite of its own. Its queues have no listener: a test takes their messages by
/// <see cref="PumpAsync"/>, in its own time and as often as it likes.
/// </summary>
internal sealed class BatchSuite : IAsyncDisposable
{
    private readonly Azurite azurite;
    private readonly RunningHost host;

    private BatchSuite(Azurite azurite, RunningHost host, string model) => (this.azurite, this.host, Model) = (azurite, host, model);

    /// <summary>The model that <see cref="ServeAsync"/> serves.</summary>
    public string Model { get; }

    public HttpClient Http => host.Http;

    public string ConnectionString => azurite.ConnectionString;

    public BlobServiceClient Blobs => Get<BlobServiceClient>();

    public QueueServiceClient Queues => Get<QueueServiceClient>();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public T Get<T>()
        where T : notnull => host.Services.GetRequiredService<T>();

    public static async Task<BatchSuite> StartAsync(params (string Name, string Value)[] settings)
    {
        Azurite azurite = await Azurite.StartAsync(new(Repository.Root));
        await CreateAsync(azurite.ConnectionString);
        RunningHost host = await RunningHost.StartAsync(
            [typeof(BatchFunctions), typeof(ReplayQuarantineFunction), typeof(SuiteFunctions), typeof(AliasFunctions), typeof(VersionFunctions)],
            builder =>
            {
                builder.Services.AddSingleton(TimeProvider.System);
                builder.Services.AddSingleton(new BlobServiceClient(azurite.ConnectionString, StorageClients.BlobOptions()));
                builder.Services.AddSingleton(new TableServiceClient(azurite.ConnectionString, StorageClients.TableOptions()));
                builder.Services.AddSingleton(new QueueServiceClient(azurite.ConnectionString, StorageClients.QueueOptions()));
                builder.Services.AddPredictionLog();
                builder.Services.AddRegistryServices();
                builder.Services.AddPredictionServices();
                builder.Services.AddValidationServices();
                builder.Services.AddOptions<AlertOptions>().BindConfiguration(AlertOptions.Section);
                builder.Services.AddBatchScoringServices();
            },
            """{"version":"2.0","extensions":{"http":{"routePrefix":""}}}""",
            [("BatchScoring:KeptBytes", "0"), .. settings.Select(s => (s.Name.Replace("__", ":", StringComparison.Ordinal), s.Value))]);
        return new BatchSuite(azurite, host, RegistryProcess.NewModel().ToString());
    }

    /// <summary>Registers a file as a version of <see cref="Model"/> and makes it the champion; its version.</summary>
    public async Task<string> ServeAsync(OnnxWriter model, string? suite = null)
    {
        ModelName name = ModelName.Parse(Model).Value;
        var metadata = new ModelMetadata { Lineage = suite is null ? null : new Dictionary<string, string> { [SuiteBindings.LineageKey] = suite } };
        var registered = await Get<Registration>().RegisterAsync(name, ModelFile.Of(model.ToBytes()), metadata, Actor.Anonymous, Stop);
        Assert.True(registered.Ok, registered.Failure?.Detail);
        string version = registered.Value.Manifest.Version;
        var current = await Get<RegistryTable>().AliasAsync(name, AliasName.Champion, Stop);
        await Get<Aliases>().PromoteAsync(RegistryProcess.Promotion(name, current?.Tag), RegistryProcess.Version(version), Stop);
        return version;
    }

    public async Task PutSuiteAsync(string name, string suite, string? tag = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"api/models/{Model}/suites/{name}") { Content = new StringContent(suite, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation(tag is null ? "If-None-Match" : "If-Match", tag ?? "*");
        using HttpResponseMessage answer = await Http.SendAsync(request, Stop);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Stop));
    }

    public Task<string> UploadAsync(string file, string text) => UploadAsync(file, Encoding.UTF8.GetBytes(text));

    /// <summary>Puts a file into <c>incoming/{model}/</c>; the event that Event Grid would send.</summary>
    public async Task<string> UploadAsync(string file, byte[] bytes)
    {
        string path = $"{Model}/{file}";
        var written = await Blobs.GetBlobContainerClient(StorageNames.Containers.Incoming).GetBlobClient(path).UploadAsync(new BinaryData(bytes), overwrite: true, Stop);
        return Events.Created(path, StorageNames.Containers.Incoming, tag: written.Value.ETag.ToString());
    }

    /// <summary>Uploads, takes the event and all shards; the job as callers see it.</summary>
    public Task<JsonNode> DropAsync(string file, string text) => DropAsync(file, Encoding.UTF8.GetBytes(text));

    public async Task<JsonNode> DropAsync(string file, byte[] bytes)
    {
        await Get<BatchIntake>().TakeAsync(await UploadAsync(file, bytes), Stop);
        await PumpAsync();
        return await JobOfAsync(file);
    }

    /// <summary>The newest job of a dropped file.</summary>
    public async Task<JsonNode> JobOfAsync(string file)
    {
        JsonNode page = await GetAsync($"api/batches?source=incoming/{Model}/{file}");
        return page["batches"]!.AsArray()[0]!;
    }

    /// <summary>Takes all messages of the batch queues, each <paramref name="times"/> times, until there are none.</summary>
    public async Task PumpAsync(int times = 1)
    {
        while (await TakeAllAsync(StorageNames.Queues.BatchIntake, Get<BatchIntake>().TakeAsync, times) + await TakeAllAsync(StorageNames.Queues.BatchShards, Get<ShardWorker>().TakeAsync, times) > 0)
        {
        }
    }

    public async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await Http.GetStringAsync(path, Stop))!;

    public async Task<(int Status, JsonNode Json)> PostAsync(string path, string body)
    {
        using HttpResponseMessage answer = await Http.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"), Stop);
        return ((int)answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync(Stop))!);
    }

    /// <summary>The text of a blob; null when there is none.</summary>
    public async Task<string?> ReadAsync(string containerAndPath)
    {
        string[] parts = containerAndPath.Split('/', 2);
        BlobClient blob = Blobs.GetBlobContainerClient(parts[0]).GetBlobClient(parts[1]);
        return await blob.ExistsAsync(Stop) ? (await blob.DownloadContentAsync(Stop)).Value.Content.ToString() : null;
    }

    public async Task<string[]> LinesAsync(JsonNode job, string link = "predictions") =>
        (await ReadAsync((string)job["links"]![link]!))!.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Rows set aside, as objects.</summary>
    public async Task<JsonNode[]> AsideAsync(JsonNode job) => [.. (await LinesAsync(job, "quarantine")).Select(line => JsonNode.Parse(line)!)];

    public static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return packed.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await azurite.DisposeAsync();
    }

    private async Task<int> TakeAllAsync(string name, Func<string, CancellationToken, Task> take, int times)
    {
        QueueClient queue = Queues.GetQueueClient(name);
        QueueMessage[] messages = await queue.ReceiveMessagesAsync(32, TimeSpan.FromMinutes(5), Stop);
        foreach (QueueMessage message in messages)
        {
            for (int i = 0; i < times; i++)
                await take(message.Body.ToString(), Stop);
            await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, Stop);
        }

        return messages.Length;
    }

    private static async Task CreateAsync(string connection)
    {
        foreach (string container in StorageNames.Containers.All)
            await new BlobServiceClient(connection).GetBlobContainerClient(container).CreateIfNotExistsAsync(cancellationToken: Stop);
        foreach (string queue in StorageNames.Queues.All)
            await new QueueServiceClient(connection).GetQueueClient(queue).CreateIfNotExistsAsync(cancellationToken: Stop);
        foreach (string table in StorageNames.Tables.All)
            await new TableServiceClient(connection).CreateTableIfNotExistsAsync(table, Stop);
    }
}
