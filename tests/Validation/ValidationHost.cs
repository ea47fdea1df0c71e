using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.Platform.Alerts;
using Tidemark.Platform.Http;
using Tidemark.Platform.PredictionLog;
using Tidemark.Platform.Storage;
using Tidemark.Prediction;
using Tidemark.Registry;
using Tidemark.Tests.Embedded;
using Tidemark.Tests.Registry;
using Tidemark.Validation;
using Xunit;

namespace Tidemark.Tests.Validation;

/// <summary>Registry, prediction and validation on a host of their own and real storage.</summary>
internal sealed class ValidationHost : IAsyncDisposable
{
    private readonly RunningHost host;
    private readonly RegistryProcess registry;

    private ValidationHost(RunningHost host, RegistryProcess registry, BlobServiceClient blobs) => (this.host, this.registry, Blobs) = (host, registry, blobs);

    public BlobServiceClient Blobs { get; }

    /// <summary>A model name that no other test uses.</summary>
    public string Model { get; } = RegistryProcess.NewModel().ToString();

    public static async Task<ValidationHost> StartAsync(AzuriteFixture azurite, TimeProvider? time = null)
    {
        RegistryProcess registry = await RegistryProcess.StartAsync(azurite);
        var blobs = new BlobServiceClient(azurite.ConnectionString, StorageClients.BlobOptions());
        foreach (string container in (string[])[StorageNames.Containers.Suites, StorageNames.Containers.Datasets, StorageNames.Containers.Reports, StorageNames.Containers.PredictionLog])
            await blobs.GetBlobContainerClient(container).CreateIfNotExistsAsync(cancellationToken: TestContext.Current.CancellationToken);
        var queues = new QueueServiceClient(azurite.ConnectionString, StorageClients.QueueOptions());
        foreach (string queue in (string[])[StorageNames.Queues.Validations, StorageNames.Queues.Alerts])
            await queues.GetQueueClient(queue).CreateIfNotExistsAsync(cancellationToken: TestContext.Current.CancellationToken);
        RunningHost host = await RunningHost.StartAsync(
            [typeof(ValidationFunctions), typeof(SuiteFunctions), typeof(InferFunctions), typeof(InvocationsFunction)],
            builder =>
            {
                builder.Services.AddSingleton(time ?? TimeProvider.System);
                builder.Services.AddSingleton(blobs);
                builder.Services.AddSingleton(new TableServiceClient(azurite.ConnectionString, StorageClients.TableOptions()));
                builder.Services.AddSingleton(queues);
                builder.Services.AddSingleton<LogStore>();
                builder.Services.AddSingleton<AlertSender>();
                builder.Services.AddRegistryServices();
                builder.Services.AddPredictionLog();
                builder.Services.AddPredictionServices();
                builder.Services.AddValidationServices();
            },
            """{"version":"2.0","extensions":{"http":{"routePrefix":""}}}""");
        return new ValidationHost(host, registry, blobs);
    }

    /// <summary>What the queue's message asks for, done as its function does it.</summary>
    public Task RunAsync(string id) => new ValidationQueueFunctions(host.Services.GetRequiredService<ValidationJobs>()).RunValidation(id, TestContext.Current.CancellationToken);

    public T Get<T>() where T : notnull => host.Services.GetRequiredService<T>();

    /// <summary>Registers a file as a version trained under a suite, and makes it the champion.</summary>
    public async Task ServeAsync(byte[] file, string suite)
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        ModelName model = ModelName.Parse(Model).Value;
        var metadata = new ModelMetadata { Lineage = new Dictionary<string, string> { [SuiteBindings.LineageKey] = suite } };
        var registered = await registry.Registration.RegisterAsync(model, ModelFile.Of(file), metadata, Actor.Anonymous, stop);
        Assert.True(registered.Ok, registered.Failure?.Detail);
        await registry.PromoteAsync(model, RegistryProcess.Version(registered.Value.Manifest.Version));
    }

    /// <summary>The suite that a version registered over this host names afterwards, or why it is refused.</summary>
    public async Task<string?> RegisterAsync(float seed, string suite)
    {
        var metadata = new ModelMetadata { Lineage = new Dictionary<string, string> { [SuiteBindings.LineageKey] = suite } };
        var registered = await Get<Registration>().RegisterAsync(ModelName.Parse(Model).Value, RegistryProcess.File(seed), metadata, Actor.Anonymous, TestContext.Current.CancellationToken);
        return registered.Ok ? registered.Value.Manifest.Lineage[SuiteBindings.LineageKey] : "refused: " + registered.Failure.Detail;
    }

    /// <summary>The same for a version dropped into the container.</summary>
    public async Task<string?> DropAsync(string version, string suite)
    {
        BlobContainerClient models = Blobs.GetBlobContainerClient(StorageNames.Containers.Models);
        await models.UploadBlobAsync($"{Model}/{version}/metadata.json", BinaryData.FromString($$$"""{"lineage": {"suite": "{{{suite}}}"}}"""), TestContext.Current.CancellationToken);
        await models.UploadBlobAsync($"{Model}/{version}/model.onnx", new BinaryData(RegistryProcess.File(version[0]).Bytes), TestContext.Current.CancellationToken);
        var adopted = await Get<Sealing>().SealDroppedAsync(new VersionReference(ModelName.Parse(Model).Value, RegistryProcess.Version(version)), TestContext.Current.CancellationToken);
        return adopted.Ok ? adopted.Value.Lineage[SuiteBindings.LineageKey] : "refused: " + adopted.Failure.Detail;
    }

    public async Task<(HttpStatusCode Status, JsonNode Json, string? Tag)> SendAsync(HttpMethod method, string path, string? body = null, string? match = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (match is not null)
            request.Headers.TryAddWithoutValidation(match == "*" ? "If-None-Match" : "If-Match", match);
        using HttpResponseMessage answer = await host.Http.SendAsync(request, TestContext.Current.CancellationToken);
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (answer.StatusCode, JsonNode.Parse(text)!, answer.Headers.ETag?.ToString());
    }

    public Task<(HttpStatusCode Status, JsonNode Json, string? Tag)> PutSuiteAsync(string name, string suite, string? match = "*") =>
        SendAsync(HttpMethod.Put, $"/api/models/{Model}/suites/{name}", suite, match);

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await registry.DisposeAsync();
    }
}
