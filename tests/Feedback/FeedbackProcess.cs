using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.Feedback;
using Tidemark.Feedback.Labels;
using Tidemark.Feedback.Quality;
using Tidemark.Platform.Alerts;
using Tidemark.Platform.Http;
using Tidemark.Platform.Monitoring;
using Tidemark.Platform.PredictionLog;
using Tidemark.Platform.Retraining;
using Tidemark.Platform.Storage;
using Tidemark.Platform.Tabular;
using Tidemark.Registry;
using Tidemark.Tests.Platform;
using Xunit;

namespace Tidemark.Tests.Feedback;

/// <summary>Feedback as one process has it, on real storage; several of them are several processes.</summary>
internal sealed class FeedbackProcess : IAsyncDisposable
{
    private readonly ServiceProvider services;
    private readonly SentMessages sent;

    private FeedbackProcess(ServiceProvider services, SentMessages sent) => (this.services, this.sent) = (services, sent);

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public Submissions Submissions => services.GetRequiredService<Submissions>();

    public LabelIntake Intake => services.GetRequiredService<LabelIntake>();

    public LabelTable Labels => services.GetRequiredService<LabelTable>();

    public QualityChecks Checks => services.GetRequiredService<QualityChecks>();

    public WindowStore Windows => services.GetRequiredService<WindowStore>();

    public Registration Registration => services.GetRequiredService<Registration>();

    public BlobServiceClient Blobs => services.GetRequiredService<BlobServiceClient>();

    public IServiceProvider Services => services;

    public static async Task<FeedbackProcess> StartAsync(AzuriteFixture azurite, TimeProvider? clock = null, StorageFaults? faults = null)
    {
        await CreateAsync(azurite);
        var sent = new SentMessages();
        var collection = new ServiceCollection();
        collection.AddLogging();
        collection.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        collection.AddSingleton(clock ?? TimeProvider.System);
        collection.AddSingleton(new BlobServiceClient(azurite.ConnectionString, With(StorageClients.BlobOptions(), faults)));
        collection.AddSingleton(new TableServiceClient(azurite.ConnectionString, With(StorageClients.TableOptions(), faults)));
        collection.AddSingleton(new QueueServiceClient(azurite.ConnectionString, With(StorageClients.QueueOptions(), faults, sent)));
        collection.AddSingleton<AlertSender>().AddSingleton<RetrainingSender>();
        collection.AddPredictionLog();
        collection.AddRegistryServices();
        collection.AddFeedbackServices();
        return new(collection.BuildServiceProvider(), sent);
    }

    /// <summary>Messages that this process has put on a queue, for the model.</summary>
    public IReadOnlyList<JsonNode> Sent(string queue, ModelName model) => [.. sent.To(queue).Where(message => (string?)message["model"] == model.ToString())];

    /// <summary>Stores a file of the log: for each row the probability of class 1, a segment and a key. Returns the ids.</summary>
    public async Task<PredictionId[]> LogAsync(ModelName model, DateTimeOffset hour, IReadOnlyList<(double Score, string Segment, string? Key)> rows, string version = "1", string file = "a")
    {
        using var log = new LogFile(version, LogNames.FromHttp, LogPolicy.Default);
        var segment = new TextColumn("site");
        (RealColumn no, RealColumn yes, IntegerColumn label) = (new("probabilities.0"), new("probabilities.1"), new("label"));
        foreach (var row in rows)
        {
            segment.Append(row.Segment);
            no.Append(1 - row.Score);
            yes.Append(row.Score);
            label.Append(row.Score >= 0.5 ? 1 : 0);
        }

        Table input = new Table([segment]).Filled(rows.Count), output = new Table([label, no, yes]).Filled(rows.Count);
        PredictionId job = PredictionId.OfJob($"{model}|{hour:O}|{file}", hour);
        PredictionId[] ids = [.. Enumerable.Range(0, rows.Count).Select(i => job.OfRow(i))];
        for (int i = 0; i < rows.Count; i++)
            log.Add(new LogEntry(ids[i], hour.AddSeconds(i), 1, Key: rows[i].Key), input, output, i);
        await services.GetRequiredService<LogStore>().WriteAsync(LogNames.File(model.ToString(), hour, file, 0), log, Stop);
        return ids;
    }

    /// <summary>Drops a file of labels and takes its event.</summary>
    public async Task LabelAsync(ModelName model, string name, IEnumerable<(PredictionId Id, int Label)> labels)
    {
        string csv = "prediction_id,label\n" + string.Concat(labels.Select(label => $"{label.Id},{label.Label}\n"));
        await Blobs.GetBlobContainerClient(StorageNames.Containers.Feedback).GetBlobClient($"{model}/{name}.csv").UploadAsync(BinaryData.FromString(csv), overwrite: true, Stop);
        await Intake.TakeAsync(Dropped($"{model}/{name}.csv"), Stop);
    }

    public static string Dropped(string path) => Registry.Events.Created(path, container: StorageNames.Containers.Feedback);

    public async Task MonitorAsync(ModelName model, string settings)
    {
        var stored = await services.GetRequiredService<MonitoringStore>().WriteAsync(model.ToString(), JsonNode.Parse(settings)!.AsObject(), Precondition.Absent, Stop);
        Assert.True(stored.Ok, stored.Failure?.Detail);
    }

    public async Task<WindowQuality?> WindowAsync(ModelName model, DateTimeOffset start, int hours) => (await Windows.ReadAsync(model, new(start, hours), Stop)).Window;

    public ValueTask DisposeAsync() => services.DisposeAsync();

    private static async Task CreateAsync(AzuriteFixture azurite)
    {
        var blobs = new BlobServiceClient(azurite.ConnectionString);
        string[] containers = [StorageNames.Containers.Models, StorageNames.Containers.Profiles, StorageNames.Containers.PredictionLog, StorageNames.Containers.Reports, StorageNames.Containers.Feedback, StorageNames.Containers.Datasets];
        foreach (string container in containers)
            await blobs.GetBlobContainerClient(container).CreateIfNotExistsAsync();
        foreach (string queue in (string[])[StorageNames.Queues.Feedback, StorageNames.Queues.Alerts, StorageNames.Queues.RetrainingRequests])
            await new QueueClient(azurite.ConnectionString, queue).CreateIfNotExistsAsync();
        foreach (string table in (string[])[StorageNames.Tables.Models, StorageNames.Tables.Feedback])
            await new TableServiceClient(azurite.ConnectionString).CreateTableIfNotExistsAsync(table);
    }

    private static T With<T>(T options, StorageFaults? faults, HttpPipelinePolicy? sent = null) where T : ClientOptions
    {
        options.Retry.Delay = TimeSpan.FromMilliseconds(1);
        options.Retry.MaxDelay = TimeSpan.FromMilliseconds(1);
        if (faults is not null) options.AddPolicy(faults, HttpPipelinePosition.PerRetry);
        if (sent is not null) options.AddPolicy(sent, HttpPipelinePosition.PerRetry);
        return options;
    }

    /// <summary>Notes the messages that reach a queue.</summary>
    private sealed class SentMessages : HttpPipelinePolicy
    {
        private readonly ConcurrentQueue<(string Queue, string Body)> messages = new();

        public IEnumerable<JsonNode> To(string queue) => messages.Where(m => m.Queue == queue && m.Body.StartsWith('{')).Select(m => JsonNode.Parse(m.Body)!);

        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException("The suite calls storage asynchronously.");

        public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            await ProcessNextAsync(message, pipeline);
            if (message.Request.Method != RequestMethod.Post || !message.Request.Uri.Path.EndsWith("/messages", StringComparison.Ordinal) || message.Request.Content is null) return;
            using var body = new MemoryStream();
            await message.Request.Content.WriteToAsync(body, message.CancellationToken);
            var xml = System.Xml.Linq.XDocument.Parse(System.Text.Encoding.UTF8.GetString(body.ToArray()).TrimStart('\uFEFF'));
            messages.Enqueue((message.Request.Uri.Path.Split('/')[^2], xml.Root!.Element("MessageText")!.Value));
        }
    }
}
