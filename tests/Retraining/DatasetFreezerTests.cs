using System.Text.Json;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.Feedback.Labels;
using Tidemark.Platform.Errors;
using Tidemark.Platform.PredictionLog;
using Tidemark.Platform.Storage;
using Tidemark.Registry;
using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Data;
using Tidemark.Retraining.Datasets;
using Tidemark.Retraining.Policies;
using Tidemark.Retraining.Records;
using Tidemark.Tests.Feedback;
using Xunit;
using static Tidemark.Tests.Feedback.FeedbackProcess;

namespace Tidemark.Tests.Retraining;

/// <summary>Freezing on real storage: what a retraining learns from is fixed once.</summary>
public sealed class DatasetFreezerTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Day = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ModelName model = ModelName.Parse($"freeze-{Guid.NewGuid().ToString("N")[..8]}").Value;

    [Fact]
    public async Task Labels_meet_predictions_by_id_and_by_key_and_a_repeated_freeze_finds_the_first_whatever_has_come_since()
    {
        await using FeedbackProcess process = await StartAsync(azurite, new FakeClock(Day.AddHours(12)));
        PredictionId[] early = await process.LogAsync(model, Day.AddHours(1), [.. Rows(30, "north", null)]);
        PredictionId[] late = await process.LogAsync(model, Day.AddHours(3), [.. Rows(20, "a, \"b\"", i => $"order {i}")]);
        var entry = new LabelEntry("1", Day, "s", 0);
        await process.Labels.KeepAsync(model, [.. early.Take(25).Select(id => (id, entry))], Stop);
        for (int i = 0; i < 10; i++) await process.Labels.KeepAsync(model, $"order {i}", entry with { Label = "0" }, Stop);
        (DatasetFreezer freezer, OpenRetraining open) = Freezer(process, """{"leastRows": 20, "mostRows": 30}""");

        FrozenDataset first = (await freezer.FreezeAsync(open, Stop)).Value!;
        await process.Labels.KeepAsync(model, [.. late.Select(id => (id, entry))], Stop);
        FrozenDataset again = (await freezer.FreezeAsync(open, Stop)).Value!;

        Assert.Equal((30, 30), (first.Rows, first.Labelled)); // ten by key, and the newest twenty by id
        Assert.Equal((Day.AddHours(1).AddSeconds(5), Day.AddHours(3).AddSeconds(9)), (first.From, first.To));
        Assert.Equal(first.Sha256, again.Sha256);
        byte[] bytes = (await process.Blobs.GetBlobContainerClient("datasets").GetBlobClient(first.Blob["datasets/".Length..]).DownloadContentAsync(Stop)).Value.Content.ToArray();
        Assert.Equal(FileStamp.Of(bytes), new FileStamp(first.Sha256, first.Bytes));
        string[] lines = System.Text.Encoding.UTF8.GetString(bytes).Split('\n');
        Assert.Equal(("site,label", "north,1", "\"a, \"\"b\"\"\",0"), (lines[0], lines[1], lines[30]));
        Assert.All(first.Sources, source => Assert.StartsWith("\"", source.ETag, StringComparison.Ordinal));
        Assert.Equal(25 + 10, first.Sources.Sum(s => s.Rows));
    }

    [Fact]
    public async Task A_file_goes_before_the_log_and_one_that_lacks_a_column_or_is_not_there_is_told_by_name()
    {
        await using FeedbackProcess process = await StartAsync(azurite, new FakeClock(Day.AddHours(12)));
        PredictionId[] ids = await process.LogAsync(model, Day.AddHours(1), [.. Rows(30, "north", null)]);
        await process.Labels.KeepAsync(model, [.. ids.Select(id => (id, new LabelEntry("1", Day, "s", 0)))], Stop);
        BlobContainerClient datasets = process.Blobs.GetBlobContainerClient("datasets");
        await datasets.GetBlobClient($"{model}/history.csv").UploadAsync(BinaryData.FromString("label,other,site\n0,x,south\n,x,south\n"), overwrite: true, Stop);
        await datasets.GetBlobClient($"{model}/lacking.csv").UploadAsync(BinaryData.FromString("label,other\n0,x\n"), overwrite: true, Stop);

        (DatasetFreezer freezer, OpenRetraining open) = Freezer(process, $$"""{"source": "both", "blob": "datasets/{{model}}/history.csv", "leastRows": 20}""");
        FrozenDataset both = (await freezer.FreezeAsync(open, Stop)).Value!;
        Failure lacking = await RefusedAsync(process, "lacking"), absent = await RefusedAsync(process, "absent");

        Assert.Equal((32, 31), (both.Rows, both.Labelled));
        Assert.Equal($"datasets/{model}/history.csv", both.Sources[0].Name);
        Assert.Contains("no column 'site'", lacking.Detail, StringComparison.Ordinal);
        Assert.Contains($"datasets/{model}/absent.csv is not there", absent.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_of_a_large_dataset_are_judged_while_the_rest_is_still_in_storage_and_one_that_changes_meanwhile_is_read_no_further()
    {
        const int Rows = 200_000, Width = 100;
        await using FeedbackProcess process = await StartAsync(azurite);
        var fetched = new FetchedBytes();
        BlobClientOptions options = StorageClients.BlobOptions();
        options.AddPolicy(fetched, HttpPipelinePosition.PerRetry);
        var blobs = new BlobServiceClient(azurite.ConnectionString, options);
        BlobClient blob = blobs.GetBlobContainerClient("datasets").GetBlobClient($"{model}/large.csv");
        string row = $"{new string('x', Width - 3)},1\n";
        await blob.UploadAsync(BinaryData.FromString("site,label\n" + string.Concat(Enumerable.Repeat(row, Rows))), overwrite: true, Stop);
        var freezer = new DatasetFreezer(blobs, new LabelledLog(process.Services.GetRequiredService<LogStore>(), process.Labels), TimeProvider.System);

        RunData data = await freezer.OpenAsync(new FrozenDataset($"datasets/{model}/large.csv", "", 0, Rows, Rows, null, null, ["site", "label"], [], Day), Stop);
        long read = 0, ahead = 0;
        Assert.Null(await data.ReadAsync(["site", "label"], [], batch =>
        {
            read += batch.Rows;
            ahead = Math.Max(ahead, fetched.Count - (read * Width));
            return null;
        }, Stop));
        Assert.Equal(Rows, read);
        Assert.InRange(ahead, 1, 2 * StorageClients.TransferSize); // of 20 MB

        await blob.UploadAsync(BinaryData.FromString("site,label\ny,0\n"), overwrite: true, Stop);
        var changed = await Assert.ThrowsAsync<RequestFailedException>(() => data.ReadAsync(["site", "label"], [], _ => null, Stop));
        Assert.Equal(412, changed.Status);
    }

    private async Task<Failure> RefusedAsync(FeedbackProcess process, string file)
    {
        (DatasetFreezer freezer, OpenRetraining open) = Freezer(process, $$"""{"source": "blob", "blob": "datasets/{{model}}/{{file}}.csv"}""", file);
        return (await freezer.FreezeAsync(open, Stop)).Failure!;
    }

    private (DatasetFreezer Freezer, OpenRetraining Open) Freezer(FeedbackProcess process, string data, string request = "one")
    {
        string policy = $$"""{"data": {{data}}, "training": {"task": "binary", "label": {"column": "label"}, "features": [{"name": "site", "type": "categorical"}]} }""";
        var id = RetrainingId.Of(model, request);
        var open = new OpenRetraining(id, new RetrainingRow { PartitionKey = model.ToString(), RowKey = id.ToString() }, PolicyReader.Read(JsonSerializer.Deserialize<JsonElement>(policy)).Value!);
        var log = new LabelledLog(process.Services.GetRequiredService<LogStore>(), process.Labels);
        return (new DatasetFreezer(process.Blobs, log, process.Services.GetRequiredService<TimeProvider>()), open);
    }

    /// <summary>Counts the bytes of what is read from storage.</summary>
    private sealed class FetchedBytes : HttpPipelinePolicy
    {
        public long Count { get; private set; }

        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException("The suite calls storage asynchronously.");

        public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            await ProcessNextAsync(message, pipeline);
            if (message.Request.Method == RequestMethod.Get) Count += message.Response.Headers.ContentLengthLong ?? 0;
        }
    }

    private static IEnumerable<(double Score, string Segment, string? Key)> Rows(int count, string site, Func<int, string>? key) =>
        Enumerable.Range(0, count).Select(i => (0.5, site, key?.Invoke(i)));
}
