using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Tidemark.Local;
using Tidemark.Tests.EndToEnd;
using Xunit;

[assembly: AssemblyFixture(typeof(Tidemark.Tests.Retraining.RetrainingSuite))]

namespace Tidemark.Tests.Retraining;

/// <summary>
/// A running suite that trains with the real C# trainer beside it and is asked often; it starts when the first test asks. Tests share it, run side by side,
/// and have models of their own.
/// </summary>
public sealed class RetrainingSuite : IAsyncDisposable
{
    private readonly Lazy<Task<RunningSuite>> suite = new(() => Task.Run(() => RunningSuite.StartAsync(null, Settings)));
    private readonly Lazy<Task<byte[]>> lab;

    public RetrainingSuite() => lab = new(() => Task.Run(TrainLabAsync));

    internal static (string Name, string Value)[] Settings { get; } =
    [
        ("Compute__Local__Command", $"dotnet \"{Path.Combine(Repository.Root, "artifacts/bin/Trainer/release/Tidemark.Trainer.dll")}\""),
        ("Compute__Local__Processes", "4"),
        ("Compute__Local__Threads", "1"),
        ("Retraining__Poll", "00:00:00.300"),
        ("Retraining__LongestPoll", "00:00:01"),
    ];

    internal RunningSuite Suite => suite.Value.GetAwaiter().GetResult();

    internal string Storage => Suite.Azurite.ConnectionString;

    /// <summary>The file of a model that was trained on readings of the lab.</summary>
    internal Task<byte[]> LabModelAsync() => lab.Value;

    public async ValueTask DisposeAsync()
    {
        if (!suite.IsValueCreated) return;
        await Suite.DisposeAsync();
    }

    private async Task<byte[]> TrainLabAsync()
    {
        var sensor = new SensorModel(Suite.Http, Storage, "sensor-lab");
        await sensor.DataAsync("lab", new SensorStream(20).Take(SensorWorld.Lab, 800));
        await sensor.PutPolicyAsync(sensor.Policy("lab"));
        JsonNode record = await sensor.RetrainAsync();
        Assert.True("kept" == (string?)record["state"], record.ToJsonString());
        return (await new BlobContainerClient(Storage, "models").GetBlobClient("sensor-lab/1/model.onnx").DownloadContentAsync(CancellationToken.None)).Value.Content.ToArray();
    }
}

/// <summary>A model of sensor readings, and what is done to it over HTTP.</summary>
internal sealed class SensorModel(HttpClient http, string storage, string name)
{
    private readonly SuiteCalls suite = new(http);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public string Name => name;

    public HttpClient Http => http;

    public static string NewName() => $"sensor-{Guid.NewGuid().ToString("N")[..8]}";

    /// <summary>A policy that trains a linear model on a file and watches for a second; <paramref name="change"/> makes another of it.</summary>
    public JsonObject Policy(string file, Action<JsonObject>? change = null)
    {
        var policy = new JsonObject
        {
            ["coolDown"] = "00:00:00",
            ["data"] = new JsonObject { ["source"] = "blob", ["blob"] = $"datasets/{name}/{file}.csv" },
            ["training"] = new JsonObject
            {
                ["task"] = "binary",
                ["label"] = new JsonObject { ["column"] = "fails", ["positive"] = "1" },
                ["features"] = new JsonArray([.. SensorStream.Columns.Select(c => (JsonNode)new JsonObject { ["name"] = c, ["type"] = "numeric" })]),
                ["candidates"] = new JsonArray("linear"),
                ["budget"] = new JsonObject { ["seconds"] = 100, ["trials"] = 1 },
            },
            ["gates"] = new JsonObject { ["metric"] = "logLoss" },
            ["watch"] = new JsonObject { ["duration"] = "00:00:01", ["every"] = "00:00:01" },
        };
        change?.Invoke(policy);
        return policy;
    }

    public Task PutPolicyAsync(JsonObject policy) => suite.PutAsync($"api/models/{name}/retraining-policy", policy, Stop);

    /// <summary>Puts readings into a file of training data.</summary>
    public Task DataAsync(string file, IEnumerable<SensorReading> readings, Func<SensorReading, bool>? label = null) => new BlobContainerClient(storage, "datasets")
        .GetBlobClient($"{name}/{file}.csv").UploadAsync(BinaryData.FromString(SensorStream.Csv(readings, label ?? (r => r.Fails))), overwrite: true, Stop);

    public Task<HttpResponseMessage> AskAsync(string? key = null, string by = "ann")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "api/retrainings") { Content = System.Net.Http.Json.JsonContent.Create(new { model = name, reason = "a test" }) };
        request.Headers.Add("x-tidemark-actor", by);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        return http.SendAsync(request, Stop);
    }

    public async Task<string> BeginAsync(string? key = null, string by = "ann") => (string)(await AskAsync(key, by).JsonAsync(202))["id"]!;

    public Task<JsonNode> UntilAsync(string id, Func<JsonNode, bool> wanted) => suite.UntilAsync($"api/retrainings/{id}", wanted, Stop);

    public Task<JsonNode> EndAsync(string id) => UntilAsync(id, r => (bool)r["ended"]!);

    /// <summary>Trains from what the policy says to the end; the record.</summary>
    public async Task<JsonNode> RetrainAsync() => await EndAsync(await BeginAsync());

    public Task<HttpResponseMessage> SayAsync(string id, string what, string by, string reason = "seen")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"api/retrainings/{id}/{what}") { Content = System.Net.Http.Json.JsonContent.Create(new { reason }) };
        request.Headers.Add("x-tidemark-actor", by);
        return http.SendAsync(request, Stop);
    }

    public async Task<string?> ChampionAsync()
    {
        using var answer = await http.GetAsync($"api/models/{name}/aliases/champion", Stop);
        return answer.IsSuccessStatusCode ? (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Stop))!["version"] : null;
    }

    public async Task<JsonArray> HistoryAsync() => (await http.GetAsync($"api/models/{name}/history", Stop).JsonAsync())["moves"]!.AsArray();

    /// <summary>Registers the file and makes it champion.</summary>
    public async Task ServeAsync(byte[] file)
    {
        await http.RegisterAsync(name, file).JsonAsync(201);
        await http.PromoteAsync(name, "1", seen: null).JsonAsync();
    }

    /// <summary>Has the champion answer over HTTP, and sends what came true.</summary>
    public async Task AnswerAsync(string version, SensorReading[] readings)
    {
        Assert.Equal(version, await suite.ServedAsync(name, SensorStream.Split(readings[..1]), Stop));
        JsonNode answer = await http.PostJsonAsync($"models/{name}/invocations", SensorStream.Split(readings).ToJsonString()).JsonAsync();
        string id = (string)answer["prediction_id"]!;
        var labels = new JsonArray([.. readings.Select((r, i) => (JsonNode)new JsonObject { ["predictionId"] = $"{id}-{i}", ["label"] = SensorStream.Word(r.Fails) })]);
        await http.PostJsonAsync("api/feedback", new JsonObject { ["model"] = name, ["labels"] = labels }.ToJsonString()).JsonAsync(202);
    }

    public static JsonNode Decision(JsonNode record, string step) => Assert.Single(record["decisions"]!.AsArray(), d => (string?)d!["step"] == step)!;
}
