using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Tidemark.Local;

/// <summary>An hour of the story.</summary>
/// <param name="Hour">From 0 on.</param>
/// <param name="World">What the world was like.</param>
/// <param name="Version">Which version answered.</param>
/// <param name="Served">Its share of right answers.</param>
/// <param name="Frozen">That of the first version on the same readings.</param>
/// <param name="Retraining">The state in which a retraining that the hour brought about ended; null without one.</param>
internal sealed record DecayPoint(int Hour, SensorWorld World, string Version, double Served, double Frozen, string? Retraining);

/// <summary>How long the story is.</summary>
/// <param name="Readings">An hour.</param>
/// <param name="Hours">In each world.</param>
internal sealed record DecayLength(int Readings, IReadOnlyList<(SensorWorld World, int Hours)> Hours);

/// <summary>
/// A sensor model that is right in 92 of 100 cases; then its gauge tells another unit, and then the machines are others. Readings are answered by the
/// suite and logged in past hours, their labels sent, the quality check run; what follows from it, the suite does by itself.
/// </summary>
/// <param name="model">The model's name; it must be new.</param>
internal sealed class DecayStory(string model, HttpClient http, string storage, TimeProvider time)
{
    private readonly SuiteCalls suite = new(http);
    private readonly BlobServiceClient blobs = new(storage);

    public async Task<IReadOnlyList<DecayPoint>> RunAsync(DecayLength length, int seed, Action<DecayPoint>? tell, CancellationToken cancellation)
    {
        var stream = new SensorStream(seed);
        await BeginAsync(stream, length.Readings, cancellation);
        DateTimeOffset now = time.GetUtcNow(), end = new(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero);
        SensorWorld[] worlds = [.. length.Hours.SelectMany(h => Enumerable.Repeat(h.World, h.Hours))];
        List<DecayPoint> points = [];
        for (int hour = 0; hour < worlds.Length; hour++)
        {
            SensorReading[] readings = stream.Take(worlds[hour], length.Readings);
            var point = await HourAsync(hour, worlds[hour], end.AddHours(hour - worlds.Length - 1), readings, cancellation);
            tell?.Invoke(point);
            points.Add(point);
        }

        return points;
    }

    /// <summary>The last retraining's page.</summary>
    public async Task<string> ReportAsync(CancellationToken cancellation) =>
        (string)(await suite.CallAsync(HttpMethod.Get, $"api/retrainings?model={model}&limit=1", null, cancellation))["retrainings"]![0]!["report"]!;

    /// <summary>Registers nothing by hand: the first version is trained by the suite too, on readings of the lab.</summary>
    private async Task BeginAsync(SensorStream stream, int readings, CancellationToken cancellation)
    {
        await blobs.GetBlobContainerClient("datasets").GetBlobClient($"{model}/lab.csv").UploadAsync(BinaryData.FromString(SensorStream.Csv(stream.Take(SensorWorld.Lab, 800), r => r.Fails)), overwrite: true, cancellation);
        await PolicyAsync(Policy(new JsonObject { ["source"] = "blob", ["blob"] = $"datasets/{model}/lab.csv" }), cancellation);
        var begun = await suite.CallAsync(HttpMethod.Post, "api/retrainings", new JsonObject { ["model"] = model, ["reason"] = "the first version" }, cancellation, ("Idempotency-Key", $"{model}-first"));
        await EndAsync((string)begun["id"]!, cancellation);
        await PolicyAsync(Policy(new JsonObject { ["source"] = "log", ["days"] = 2, ["leastRows"] = 100, ["mostRows"] = readings }), cancellation);
        await suite.PutAsync($"api/models/{model}/monitoring", new JsonObject
        {
            ["log"] = new JsonObject { ["sampleRate"] = 0 },
            ["quality"] = new JsonObject { ["windowHours"] = 1, ["rules"] = new JsonArray(new JsonObject { ["metric"] = "accuracy", ["below"] = 0.8, ["action"] = "retrain" }) },
        }, cancellation);
    }

    /// <summary>
    /// What a person would write for this model; only the times are short. Log loss judges: a unit that changes leaves the order of the scores as it was, so
    /// that the area under the ROC curve sees nothing.
    /// </summary>
    private static JsonObject Policy(JsonObject data) => new()
    {
        ["coolDown"] = "00:00:00",
        ["data"] = data,
        ["training"] = new JsonObject
        {
            ["task"] = "binary",
            ["label"] = new JsonObject { ["column"] = "fails", ["positive"] = "1" },
            ["features"] = new JsonArray([.. SensorStream.Columns.Select(c => (JsonNode)new JsonObject { ["name"] = c, ["type"] = "numeric" })]),
            ["candidates"] = new JsonArray("linear"),
            ["budget"] = new JsonObject { ["seconds"] = 60, ["trials"] = 1 },
        },
        ["gates"] = new JsonObject { ["metric"] = "logLoss" },
        ["watch"] = new JsonObject { ["duration"] = "00:00:01", ["every"] = "00:00:01" },
    };

    private async Task PolicyAsync(JsonObject policy, CancellationToken cancellation) => await suite.PutAsync($"api/models/{model}/retraining-policy", policy, cancellation);

    private async Task<DecayPoint> HourAsync(int number, SensorWorld world, DateTimeOffset hour, SensorReading[] readings, CancellationToken cancellation)
    {
        string version = await suite.ServedAsync(model, SensorStream.Split(readings[..1]), cancellation);
        var answers = await AskAsync(readings, cancellation);
        string[] frozen = await AskFirstAsync(readings, cancellation);
        var labels = await LogAsync(hour, version, readings, answers, cancellation);
        var sent = await suite.CallAsync(HttpMethod.Post, "api/feedback", new JsonObject { ["model"] = model, ["labels"] = labels }, cancellation);
        await suite.UntilAsync($"api/feedback/{sent["id"]}", s => (string?)s["status"] == "done", cancellation);
        var known = (await NewestAsync(cancellation))?["id"]?.ToString();
        var counted = await suite.CallAsync(HttpMethod.Post, "api/quality/checks", new JsonObject { ["model"] = model }, cancellation);
        bool alarm = counted["windows"]!.AsArray().Any(w => DateTimeOffset.Parse((string)w!["start"]!, CultureInfo.InvariantCulture) == hour && w["findings"]!.AsArray().Any(f => (bool)f!["retrain"]!));
        return new(number, world, version, Right(readings, [.. answers.Select(a => a.Label)]), Right(readings, frozen), alarm ? await RetrainedAsync(known, cancellation) : null);
    }

    private static double Right(SensorReading[] readings, string[] answers) => readings.Zip(answers).Average(p => SensorStream.Word(p.First.Fails) == p.Second ? 1.0 : 0.0);

    /// <summary>By the champion.</summary>
    private async Task<(string Label, double Probability)[]> AskAsync(SensorReading[] readings, CancellationToken cancellation)
    {
        var answer = await suite.CallAsync(HttpMethod.Post, $"models/{model}/invocations", SensorStream.Split(readings), cancellation);
        return [.. answer["predictions"]!.AsArray().Select(p => ((string)p!["label"]!, (double)p["probabilities"]![1]!))];
    }

    /// <summary>By the first version, as if it had served on.</summary>
    private async Task<string[]> AskFirstAsync(SensorReading[] readings, CancellationToken cancellation)
    {
        var inputs = new JsonArray([.. SensorStream.Columns.Select((name, i) => (JsonNode)new JsonObject
        {
            ["name"] = name, ["datatype"] = "FP32", ["shape"] = new JsonArray(readings.Length, 1), ["data"] = new JsonArray([.. readings.Select(r => (JsonNode)r.Values[i])]),
        })]);
        var answer = await suite.CallAsync(HttpMethod.Post, $"v2/models/{model}/versions/1/infer", new JsonObject { ["inputs"] = inputs }, cancellation);
        return [.. answer["outputs"]!.AsArray().Single(o => (string?)o!["name"] == "label")!["data"]!.AsArray().Select(l => (string)l!)];
    }

    /// <summary>Writes the hour's log as the suite would have; returns the labels.</summary>
    private async Task<JsonArray> LogAsync(DateTimeOffset hour, string version, SensorReading[] readings, (string Label, double Probability)[] answers, CancellationToken cancellation)
    {
        var labels = new JsonArray();
        var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (int i = 0; i < readings.Length; i++)
            {
                DateTimeOffset at = hour.AddSeconds(i * 3600.0 / readings.Length);
                string id = Guid.CreateVersion7(at).ToString();
                var line = new JsonObject { ["prediction_id"] = id, ["time"] = at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture), ["version"] = version, ["source"] = "http", ["latency_ms"] = 0.4, ["sample_rate"] = 1 };
                for (int c = 0; c < SensorStream.Columns.Count; c++) line["input." + SensorStream.Columns[c]] = readings[i].Values[c];
                (line["output.label"], line["output.probabilities.0"], line["output.probabilities.1"]) = (answers[i].Label, 1 - answers[i].Probability, answers[i].Probability);
                await gzip.WriteAsync(Encoding.UTF8.GetBytes(line.ToJsonString() + "\n"), cancellation);
                labels.Add(new JsonObject { ["predictionId"] = id, ["label"] = SensorStream.Word(readings[i].Fails) });
            }
        }

        packed.Position = 0;
        string name = string.Create(CultureInfo.InvariantCulture, $"{model}/{hour.UtcDateTime:yyyy'/'MM'/'dd'/'HH}/story-1.jsonl.gz");
        var metadata = new Dictionary<string, string> { ["version"] = version, ["rows"] = $"{readings.Length}" };
        await blobs.GetBlobContainerClient("prediction-log").GetBlobClient(name).UploadAsync(packed, new BlobUploadOptions { Metadata = metadata }, cancellation);
        return labels;
    }

    /// <summary>The end of the retraining that comes of the alarm.</summary>
    private async Task<string> RetrainedAsync(string? known, CancellationToken cancellation)
    {
        var listed = await suite.UntilAsync($"api/retrainings?model={model}&limit=1", page => page["retrainings"] is JsonArray { Count: > 0 } all && (string?)all[0]!["id"] != known, cancellation);
        return await EndAsync((string)listed["retrainings"]![0]!["id"]!, cancellation);
    }

    private async Task<string> EndAsync(string id, CancellationToken cancellation) => (string)(await suite.UntilAsync($"api/retrainings/{id}", r => (bool)r["ended"]!, cancellation))["state"]!;

    private async Task<JsonNode?> NewestAsync(CancellationToken cancellation) =>
        (await suite.CallAsync(HttpMethod.Get, $"api/retrainings?model={model}&limit=1", null, cancellation))["retrainings"]!.AsArray().FirstOrDefault();
}
