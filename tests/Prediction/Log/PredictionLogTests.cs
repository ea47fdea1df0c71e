using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Core;
using Azure.Storage.Blobs;
using Tidemark.Platform.PredictionLog;
using Tidemark.Platform.Storage;
using Tidemark.Platform.Tabular;
using Tidemark.Prediction;
using Tidemark.Tests.Platform;
using Tidemark.Tests.Platform.Inference;
using Xunit;

namespace Tidemark.Tests.Prediction.Log;

public sealed class PredictionLogTests(AzuriteFixture azurite)
{
    private const string Row = """{"id":"caller-7","inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[0.1,2,-3.5]}]}""";

    private readonly string model = "m" + Guid.NewGuid().ToString("N");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_protocol_tells_the_id_and_the_log_holds_what_went_in_and_came_out()
    {
        List<string> ids = [];
        await using (var host = await StartAsync())
        {
            host.Http.DefaultRequestHeaders.Add("x-correlation-id", "corr-1");
            Reply one = await host.InferAsync(model, Row);
            ids.Add(one.Json.GetProperty("parameters").GetProperty("prediction_id").GetString()!);
            Assert.Equal("caller-7", one.Json.GetProperty("id").GetString());
            Assert.Equal(ids[0], one.Header(Predictor.IdHeader));
            Reply table = await host.InvokeAsync(model, """{"dataframe_split":{"data":[[1,2,3],[4,5,6]]}}""");
            ids.Add(table.Json.GetProperty("prediction_id").GetString()!);
            Assert.Equal(ids[1], table.Header(Predictor.IdHeader));
        }

        // The host has stopped: nothing of what it answered is lost.
        List<JsonObject> rows = await ReadAsync();
        Assert.Equal([ids[0], $"{ids[1]}-0", $"{ids[1]}-1"], rows.Select(r => (string)r["prediction_id"]!));
        JsonObject first = rows[0];
        Assert.Equal((0.1, 2.0, -3.5), ((double)first["input.0"]!, (double)first["input.1"]!, (double)first["input.2"]!));
        Assert.Equal(-6.4, (double)first["output.score"]!, 5);
        Assert.Equal(("1", "http", "corr-1", "caller-7", 1.0), ((string)first["version"]!, (string)first["source"]!, (string)first["correlation_id"]!, (string)first["key"]!, (double)first["sample_rate"]!));
        Assert.InRange((double)first["latency_ms"]!, 0.001, 60_000);
        Assert.InRange(PredictionId.Parse(ids[0]).Value.Time, DateTimeOffset.Parse((string)first["time"]!, CultureInfo.InvariantCulture).AddSeconds(-60), TimeProvider.System.GetUtcNow());
        Assert.Equal([14.0, 32.0], rows.Skip(1).Select(r => (double)r["output.score"]!));
    }

    [Fact]
    public async Task Inputs_by_column_and_texts_are_logged_by_name_and_missing_ones_are_missing()
    {
        await using (var host = await StartAsync(Models.Columns()))
            await host.InvokeAsync(model, """{"dataframe_records":[{"age":41,"thal":"normal"},{"age":null,"thal":"fixed \"x\""}]}""");
        List<JsonObject> rows = await ReadAsync();
        Assert.Equal(("normal", 41.0), ((string)rows[0]["input.thal"]!, (double)rows[0]["input.age"]!));
        Assert.Equal("fixed \"x\"", (string)rows[1]["input.thal"]!);
        Assert.Null(rows[1]["input.age"]);
        Assert.Equal("normal", (string)rows[0]["output.thal_seen"]!);
    }

    [Fact]
    public async Task Personal_columns_follow_the_model_s_policy_and_sampling_the_rate()
    {
        await PolicyAsync("""{"log":{"sampleRate":0.25,"maxRowsPerSecond":1000000,"personal":{"thal":"hash","age":"omit"}}}""");
        List<string> answered = [];
        await using (var host = await StartAsync(Models.Columns(), log: o => o.HashKey = "0123456789abcdef"))
        {
            string rows = string.Join(',', Enumerable.Repeat("""{"age":41,"thal":"normal"}""", 400));
            string id = (await host.InvokeAsync(model, $$"""{"dataframe_records":[{{rows}}]}""")).Header(Predictor.IdHeader)!;
            answered.AddRange(Enumerable.Range(0, 400).Select(i => $"{id}-{i}"));
        }

        List<JsonObject> logged = await ReadAsync();
        Assert.Equal(answered.Where(id => PredictionId.Parse(id).Value.IsSampled(0.25)), logged.Select(r => (string)r["prediction_id"]!));
        Assert.InRange(logged.Count, 60, 140);
        Assert.All(logged, r => Assert.Null(r["input.age"]));
        Assert.Matches("^h:[0-9a-f]{32}$", Assert.Single(logged.Select(r => (string)r["input.thal"]!).Distinct()));
    }

    [Fact]
    public async Task Many_rows_a_second_are_thinned_to_the_budget()
    {
        await PolicyAsync("""{"log":{"maxRowsPerSecond":50}}""");
        await using (var host = await StartAsync())
            await host.InvokeAsync(model, $$"""{"instances":[{{string.Join(',', Enumerable.Repeat("[1,2,3]", 5000))}}]}""");
        List<JsonObject> rows = await ReadAsync();
        Assert.InRange(rows.Count, 20, 90); // 50 expected
        Assert.All(rows, r => Assert.Equal(0.01, (double)r["sample_rate"]!));
    }

    [Fact]
    public async Task A_full_log_drops_rows_counts_them_and_answers_on()
    {
        using var drops = new DropCount(model);
        await using (var host = await StartAsync(log: o => (o.WaitingBytes, o.FlushAfter) = (1 << 16, TimeSpan.FromMinutes(30))))
        {
            for (int i = 0; i < 30; i++)
                Assert.Equal(System.Net.HttpStatusCode.OK, (await host.InvokeAsync(model, $$"""{"instances":[{{string.Join(',', Enumerable.Repeat("[1,2,3]", 50))}}]}""")).Status);
        }

        int logged = (await ReadAsync()).Count;
        Assert.True(drops.Of("full") > 0 && logged > 0, $"{logged} logged, {drops.Of("full")} dropped");
        Assert.True(logged + drops.Of("full") <= 1500, "a row is logged or dropped, or was not sampled");
    }

    [Fact]
    public async Task Rows_wait_for_storage_that_is_down_and_are_stored_when_it_is_back()
    {
        bool down = false;
        var faults = new StorageFaults(_ => Volatile.Read(ref down) ? Fault.Down : Fault.None);
        await using (var host = await StartAsync(faults: faults, log: o => o.FlushAfter = TimeSpan.FromMilliseconds(100)))
        {
            await host.InferAsync(model, Row);
            await Eventually.TrueAsync(async () => (await ReadAsync()).Count == 1, "the first row is stored by time, without a stop");
            Volatile.Write(ref down, true);
            int before = faults.Requests;
            Assert.Equal(System.Net.HttpStatusCode.OK, (await host.InferAsync(model, Row)).Status);
            await Eventually.TrueAsync(() => faults.Requests > before + 1, "the log has tried in vain");
            Volatile.Write(ref down, false);
            await Eventually.TrueAsync(async () => (await ReadAsync()).Count == 2, "the row is stored once storage is back");
        }
    }

    private async Task<PredictionHost> StartAsync(OnnxWriter? writer = null, Action<PredictionLogOptions>? log = null, StorageFaults? faults = null)
    {
        var container = new BlobServiceClient(azurite.ConnectionString);
        foreach (string name in (string[])[StorageNames.Containers.PredictionLog, StorageNames.Containers.Profiles])
            await container.GetBlobContainerClient(name).CreateIfNotExistsAsync(cancellationToken: Stop);
        BlobClientOptions options = StorageClients.BlobOptions();
        if (faults is not null) options.AddPolicy(faults, HttpPipelinePosition.PerRetry);
        return await PredictionHost.StartAsync(
            shelf => PredictionHost.Add(shelf, model, writer ?? Models.Linear([1, 2, 3])),
            log: log, storage: new BlobServiceClient(azurite.ConnectionString, options));
    }

    private async Task PolicyAsync(string json)
    {
        var profiles = new BlobServiceClient(azurite.ConnectionString).GetBlobContainerClient(StorageNames.Containers.Profiles);
        await profiles.CreateIfNotExistsAsync(cancellationToken: Stop);
        await profiles.GetBlobClient($"{model}/monitoring.json").UploadAsync(BinaryData.FromString(json), Stop);
    }

    /// <summary>The model's rows of this hour and the one before, by id.</summary>
    private async Task<List<JsonObject>> ReadAsync()
    {
        var store = new LogStore(new BlobServiceClient(azurite.ConnectionString, StorageClients.BlobOptions()));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        List<JsonObject> rows = [];
        await foreach (Table batch in store.ReadAsync(new(model, null, now.AddHours(-1), now.AddSeconds(1)), (file, failure) => Assert.Fail($"{file.Name}: {failure.Detail}"), Stop))
        {
            for (int row = 0; row < batch.Rows; row++)
                rows.Add(JsonSerializer.SerializeToNode(batch.Columns.ToDictionary(c => c.Name, c => c.Cell(row)))!.AsObject());
        }

        return rows;
    }

    /// <summary>Rows that the log of a model has dropped, by reason.</summary>
    private sealed class DropCount : IDisposable
    {
        private readonly MeterListener listener = new();
        private readonly Dictionary<string, long> reasons = [];

        public DropCount(string model)
        {
            listener.InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Name == "tidemark.prediction.log.dropped") l.EnableMeasurementEvents(instrument);
            };
            listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
            {
                var named = tags.ToArray().ToDictionary(t => t.Key, t => (string)t.Value!);
                if (named["model"] != model) return;
                lock (reasons) reasons[named["reason"]] = reasons.GetValueOrDefault(named["reason"]) + count;
            });
            listener.Start();
        }

        public long Of(string reason) => reasons.GetValueOrDefault(reason);

        public void Dispose() => listener.Dispose();
    }
}
