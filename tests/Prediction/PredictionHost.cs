using System.Net;
using System.Text;
using System.Text.Json;
using Azure.Storage.Blobs;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.Platform.PredictionLog;
using Tidemark.Platform.Storage;
using Tidemark.Prediction;
using Tidemark.Tests.Embedded;
using Tidemark.Tests.Platform.Inference;
using Xunit;

namespace Tidemark.Tests.Prediction;

/// <summary>The prediction functions on a host of their own, with the models of a shelf.</summary>
internal sealed class PredictionHost : IAsyncDisposable
{
    private readonly RunningHost host;

    private PredictionHost(RunningHost host, ModelShelf shelf) => (this.host, Shelf) = (host, shelf);

    public ModelShelf Shelf { get; }

    public HttpClient Http => host.Http;

    public IServiceProvider Services => host.Services;

    /// <summary>Starts, without a prediction log unless a storage is given, with champions <c>linear</c> (x FP32 [-1,3], 1·x0 + 2·x1 + 3·x2) and <c>columns</c> (age FP32, thal BYTES), and what is added.</summary>
    public static async Task<PredictionHost> StartAsync(Action<ModelShelf>? fill = null, Action<PredictionOptions>? configure = null, TimeProvider? time = null,
        BlobServiceClient? storage = null, Action<PredictionLogOptions>? log = null)
    {
        var shelf = new ModelShelf();
        Add(shelf, "linear", Models.Linear([1, 2, 3]));
        Add(shelf, "columns", Models.Columns());
        fill?.Invoke(shelf);
        Type[] functions = [typeof(ServerFunctions), typeof(ModelFunctions), typeof(InferFunctions), typeof(InvocationsFunction)];
        var host = await RunningHost.StartAsync(
            functions,
            builder =>
            {
                if (time is not null) builder.Services.AddSingleton(time);
                builder.Services.AddSingleton(storage ?? new BlobServiceClient("UseDevelopmentStorage=true", StorageClients.BlobOptions()));
                builder.Services.AddPredictionLog();
                builder.Services.Configure<PredictionLogOptions>(options => options.Enabled = storage is not null);
                if (log is not null) builder.Services.Configure(log);
                builder.Services.AddPredictionServices();
                builder.Services.AddSingleton<DownloadModel>(shelf.DownloadAsync);
                builder.Services.AddSingleton<ResolveModel>(shelf.ResolveAsync);
                builder.Services.AddSingleton<ListModels>(shelf.ListAsync);
                if (configure is not null) builder.Services.Configure(configure);
            },
            """{"version":"2.0","extensions":{"http":{"routePrefix":""}}}""");
        return new PredictionHost(host, shelf);
    }

    public static void Add(ModelShelf shelf, string model, OnnxWriter writer, string version = "1")
    {
        shelf.Put(model, version, writer.ToBytes());
        shelf.Champion(model, version);
    }

    public Task<Reply> InferAsync(string model, string body, string? version = null) =>
        PostAsync(version is null ? $"/v2/models/{model}/infer" : $"/v2/models/{model}/versions/{version}/infer", Encoding.UTF8.GetBytes(body));

    public Task<Reply> InvokeAsync(string model, string body) => PostAsync($"/models/{model}/invocations", Encoding.UTF8.GetBytes(body));

    public async Task<Reply> PostAsync(string path, byte[] body, string? contentType = "application/json")
    {
        using var content = new ByteArrayContent(body);
        if (contentType is not null) content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        return await Reply.Of(await Http.PostAsync(path, content, TestContext.Current.CancellationToken));
    }

    public async Task<Reply> GetAsync(string path) => await Reply.Of(await Http.GetAsync(path, TestContext.Current.CancellationToken));

    public ValueTask DisposeAsync() => host.DisposeAsync();
}

/// <summary>One host for the tests of a class that only read.</summary>
public sealed class SharedPredictionHost : IAsyncLifetime
{
    internal PredictionHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await PredictionHost.StartAsync();

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}

/// <summary>An answer, checked to be JSON whatever the status.</summary>
internal sealed record Reply(HttpStatusCode Status, JsonElement Json, string Text, HttpResponseMessage Message)
{
    public string Error => Json.GetProperty("error").GetString()!;

    public string? Header(string name) => Message.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    public static async Task<Reply> Of(HttpResponseMessage message)
    {
        string text = await message.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal("application/json", message.Content.Headers.ContentType?.MediaType);
        return new Reply(message.StatusCode, JsonDocument.Parse(text).RootElement, text, message);
    }
}
