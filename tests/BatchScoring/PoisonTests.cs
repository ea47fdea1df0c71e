using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.BatchScoring.Intake;
using Tidemark.BatchScoring.Jobs;
using Tidemark.BatchScoring.Scoring;
using Tidemark.Platform.Http;
using Tidemark.Platform.Storage;
using Tidemark.Registry;
using Tidemark.Tests.Platform.Inference;
using Tidemark.Tests.Registry;
using Xunit;

namespace Tidemark.Tests.BatchScoring;

/// <summary>Shards that can't be scored, files that unpack to too much, models that are gone.</summary>
public sealed class PoisonTests : IAsyncLifetime
{
    private BatchSuite suite = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        suite = await BatchSuite.StartAsync(("BatchScoring__ShardRows", "3"), ("BatchScoring__MaxUnpackRatio", "20"), ("BatchScoring__MaxUnpackedBytes", "20000000"));
        await suite.ServeAsync(Models.Columns());
    }

    public ValueTask DisposeAsync() => suite.DisposeAsync();

    [Fact]
    public async Task A_shard_given_up_completes_the_job_with_failures_and_its_rows_in_quarantine()
    {
        (JobId id, string message) = await BeginAsync("poison.csv");
        ShardRow shard = (await suite.Get<ShardLedger>().FindAsync(id, 0, Stop))!;
        (shard.Failures, shard.LastError) = (5, "the model crashed");
        Assert.True(await suite.Get<ShardLedger>().TryWriteAsync(shard, Stop));

        await suite.Get<ShardPoison>().TakeAsync(message, Stop);
        await suite.PumpAsync();

        JsonNode job = await suite.JobOfAsync("poison.csv");
        Assert.Equal("CompletedWithFailures", (string?)job["state"]);
        Assert.Equal(["row,score,thal_seen", "3,103,fixed", "4,104,fixed"], await suite.LinesAsync(job));
        JsonNode[] aside = await suite.AsideAsync(job);
        Assert.Equal([(0, "0,fixed"), (1, "1,fixed"), (2, "2,fixed")], aside.Select(row => ((int)row["row"]!, (string)row["text"]!)));
        Assert.All(aside, row => Assert.Contains("the model crashed", (string)row["reason"]!));
        JsonNode manifest = JsonNode.Parse((await suite.ReadAsync((string)job["links"]!["manifest"]!))!)!;
        Assert.Equal(("the model crashed", 0, 3), ((string?)manifest["shards"]![0]!["givenUp"], (int)manifest["shards"]![0]!["firstRow"]!, (int)manifest["shards"]![0]!["rows"]!));
    }

    [Fact]
    public async Task A_shard_whose_workers_were_only_killed_is_sent_again()
    {
        (_, string message) = await BeginAsync("killed.csv");

        await suite.Get<ShardPoison>().TakeAsync(message, Stop);
        await suite.PumpAsync();

        JsonNode job = await suite.JobOfAsync("killed.csv");
        Assert.Equal(("Completed", 6), ((string?)job["state"], (await suite.LinesAsync(job)).Length));
    }

    [Fact]
    public async Task A_file_whose_planners_were_only_killed_is_planned_again()
    {
        string created = await suite.UploadAsync("unlucky.csv", "age,thal\n1,fixed\n");
        var request = new BatchRequest { Container = "incoming", Path = $"{suite.Model}/unlucky.csv", Model = suite.Model, ETag = JsonNode.Parse(created)!["data"]!["eTag"]!.GetValue<string>().Trim('"') };
        Assert.True((await suite.Get<JobStart>().InsertAsync(request, Stop)).Ok);

        await suite.Get<BatchIntake>().GiveUpAsync(created, Stop);
        await suite.PumpAsync();

        Assert.Equal("Completed", (string?)(await suite.JobOfAsync("unlucky.csv"))["state"]);
    }

    [Fact]
    public async Task A_file_that_could_not_be_planned_in_time_fails_with_the_last_error()
    {
        string created = await suite.UploadAsync("unplanned.csv", "age,thal\n1,fixed\n");
        var request = new BatchRequest { Container = "incoming", Path = $"{suite.Model}/unplanned.csv", Model = suite.Model, ETag = JsonNode.Parse(created)!["data"]!["eTag"]!.GetValue<string>().Trim('"') };
        Assert.True((await suite.Get<JobStart>().InsertAsync(request, Stop)).Ok);
        await suite.Get<JobLedger>().ChangeAsync(
            JobId.Of(request),
            job =>
            {
                job.LastError = "no answer";
                return true;
            },
            Stop);

        await suite.Get<BatchIntake>().GiveUpAsync(created, Stop);

        JsonNode job = await suite.JobOfAsync("unplanned.csv");
        Assert.Equal(("Failed", "File could not be read"), ((string?)job["state"], (string?)job["failure"]!["title"]));
        Assert.Contains("no answer", (string)job["failure"]!["detail"]!);
    }

    [Fact]
    public async Task A_file_whose_job_could_never_be_made_is_a_failed_job_with_the_reason()
    {
        ModelName model = RegistryProcess.NewModel();
        var registered = await suite.Get<Registration>().RegisterAsync(model, ModelFile.Of(Models.Columns().ToBytes()), new ModelMetadata(), Actor.Anonymous, Stop);
        string version = registered.Value!.Manifest.Version;
        await suite.Blobs.GetBlobContainerClient(StorageNames.Containers.Models).GetBlobClient($"{model}/{version}/manifest.json").UploadAsync(new BinaryData("no JSON"), overwrite: true, Stop);
        string path = $"{model}/a.csv";
        var written = await suite.Blobs.GetBlobContainerClient("incoming").GetBlobClient(path).UploadAsync(new BinaryData("age,thal\n1,fixed\n"), Stop);
        string message = BatchIntake.Message(new BatchRequest { Container = "incoming", Path = path, ETag = written.Value.ETag.ToString().Trim('"'), Model = model.ToString(), Version = version });
        await Assert.ThrowsAnyAsync<JsonException>(() => suite.Get<BatchIntake>().TakeAsync(message, Stop)); // the queue gives up after five of these

        await suite.Get<BatchIntake>().GiveUpAsync(message, Stop);
        await suite.Get<BatchIntake>().GiveUpAsync(message, Stop);

        JsonNode job = Assert.Single((await suite.GetAsync($"api/batches?state=failed&source=incoming/{path}"))["batches"]!.AsArray())!;
        Assert.Equal("File could not be read", (string?)job["failure"]!["title"]);
        Assert.Contains("POST /api/batches", (string)job["failure"]!["detail"]!);
    }

    [Fact]
    public async Task A_file_whose_job_was_not_made_in_time_is_begun_after_all()
    {
        await suite.Get<BatchIntake>().GiveUpAsync(await suite.UploadAsync("slow.csv", "age,thal\n1,fixed\n"), Stop);
        await suite.PumpAsync();

        Assert.Equal("Completed", (string?)(await suite.JobOfAsync("slow.csv"))["state"]);
    }

    [Fact]
    public async Task A_file_that_unpacks_to_far_more_than_text_does_is_refused()
    {
        byte[] bomb = BatchSuite.Gzip(Encoding.UTF8.GetBytes("age,thal\n" + string.Concat(Enumerable.Repeat("1,fixed\n", 2_500_000))));

        JsonNode job = await suite.DropAsync("bomb.csv.gz", bomb);

        Assert.Equal(("Failed", "File unpacks to too much"), ((string?)job["state"], (string?)job["failure"]!["title"]));
        Assert.Contains("BatchScoring__MaxUnpackRatio", (string)job["failure"]!["detail"]!);
    }

    [Fact]
    public async Task A_file_for_a_model_that_is_not_there_fails_with_the_remedy()
    {
        string path = $"{suite.Model}x/a.csv";
        var written = await suite.Blobs.GetBlobContainerClient("incoming").GetBlobClient(path).UploadAsync(new BinaryData("age,thal\n1,fixed\n"), Stop);
        await suite.Get<BatchIntake>().TakeAsync(Tests.Registry.Events.Created(path, "incoming", tag: written.Value.ETag.ToString()), Stop);

        JsonNode job = (await suite.GetAsync($"api/batches?source=incoming/{path}"))["batches"]![0]!;
        Assert.Equal("Failed", (string?)job["state"]);
        Assert.Contains("POST /api/batches", (string)job["failure"]!["detail"]!);
    }

    [Fact]
    public async Task A_version_deleted_meanwhile_fails_the_job_by_name()
    {
        (_, _) = await BeginAsync("deleted.csv");
        JsonNode before = await suite.JobOfAsync("deleted.csv");
        await suite.ServeAsync(Models.Columns().Metadata("mark", "next"));
        using (HttpResponseMessage deleted = await suite.Http.DeleteAsync($"api/models/{suite.Model}/versions/{before["version"]}", Stop))
            Assert.True(deleted.IsSuccessStatusCode);

        await suite.PumpAsync();

        JsonNode job = await suite.JobOfAsync("deleted.csv");
        Assert.Equal("Failed", (string?)job["state"]);
        Assert.Contains("deleted", (string)job["failure"]!["detail"]!);
    }

    [Fact]
    public async Task A_file_overwritten_after_it_was_planned_fails_its_job()
    {
        await BeginAsync("later.csv");
        JsonNode running = await suite.JobOfAsync("later.csv");
        await suite.UploadAsync("later.csv", "age,thal\n9,fixed\n");

        await suite.PumpAsync();

        JsonNode job = await suite.GetAsync($"api/batches/{running["id"]}");
        Assert.Equal(("Failed", "File overwritten"), ((string?)job["state"], (string?)job["failure"]!["title"]));
    }

    /// <summary>Five rows in two shards; the job and the message of the first.</summary>
    private async Task<(JobId Id, string Message)> BeginAsync(string file)
    {
        await suite.Get<BatchIntake>().TakeAsync(await suite.UploadAsync(file, "age,thal\n" + string.Concat(Enumerable.Range(0, 5).Select(i => $"{i},fixed\n"))), Stop);
        string message = (await suite.Queues.GetQueueClient(StorageNames.Queues.BatchShards).PeekMessageAsync(Stop)).Value.Body.ToString();
        return (JobId.Parse((string)(await suite.JobOfAsync(file))["id"]!).Value, message);
    }
}
