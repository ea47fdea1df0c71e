using System.Text;
using System.Text.Json.Nodes;
using Tidemark.BatchScoring.Intake;
using Tidemark.BatchScoring.Scoring;
using Tidemark.Platform.Storage;
using Tidemark.Tests.Platform.Inference;
using Xunit;

namespace Tidemark.Tests.BatchScoring;

/// <summary>A file dropped into <c>incoming</c> comes back.</summary>
public sealed class DroppedFileTests(DroppedFileTests.Fixture fixture) : IClassFixture<DroppedFileTests.Fixture>
{
    private readonly BatchSuite suite = fixture.Suite;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_row_comes_back_in_order_over_many_shards_and_blocks()
    {
        string csv = "id,age,thal\n" + string.Concat(Enumerable.Range(0, 500).Select(i => $"k{i},{i},{(i % 2 == 0 ? "fixed" : "\"nor\"\"m\nal\"")}\n"));

        JsonNode job = await suite.DropAsync("a.csv", csv);

        Assert.Equal("Completed", (string?)job["state"]);
        string[] lines = await suite.LinesAsync(job);
        Assert.Equal("row,score,thal_seen", lines[0]);
        string text = (await suite.ReadAsync((string)job["links"]!["predictions"]!))!;
        Assert.StartsWith("row,score,thal_seen\n0,100,fixed\n1,0,\"nor\"\"m\nal\"\n2,102,fixed\n", text, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(0, 250).Select(i => $"{2 * i},{(2 * i) + 100},fixed"), lines.Where(line => line.EndsWith(",fixed", StringComparison.Ordinal)));
        JsonNode manifest = JsonNode.Parse((await suite.ReadAsync((string)job["links"]!["manifest"]!))!)!;
        Assert.Equal((500, 500, 0), ((int)manifest["rows"]!, (int)manifest["scored"]!, (int)manifest["quarantined"]!));
        Assert.True(manifest["shards"]!.AsArray().Count > 10);
        Assert.Equal(500, manifest["shards"]!.AsArray().Sum(shard => (int)shard!["rows"]!));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(csv))), (string?)manifest["input"]!["sha256"]);
    }

    [Fact]
    public async Task Bad_rows_go_to_quarantine_with_key_text_and_reason()
    {
        JsonNode job = await suite.DropAsync("bad.csv", "id,age,thal\na,1,fixed\nb,old,fixed\nc,3\nd,4,normal\n");

        Assert.Equal(["row,score,thal_seen", "0,101,fixed", "3,204,normal"], await suite.LinesAsync(job));
        JsonNode[] aside = await suite.AsideAsync(job);
        Assert.Equal([(1, "b", "b,old,fixed", "age", "old"), (2, "c", "c,3", null, "c,3")],
            aside.Select(row => ((int)row["row"]!, (string)row["key"]!, (string)row["text"]!, (string?)row["column"], (string?)row["value"])));
        Assert.Contains("real", (string)aside[0]["reason"]!);
        Assert.Contains("cells", (string)aside[1]["reason"]!);
        Assert.Equal((2, 2), ((int)job["scored"]!, (int)job["quarantined"]!));
    }

    [Theory]
    [InlineData("x.csv", false)]
    [InlineData("x.csv.gz", true)]
    public async Task Packed_and_otherwise_encoded_files_give_the_same(string name, bool packed)
    {
        string csv = "age;thal\r\n" + string.Concat(Enumerable.Range(0, 100).Select(i => $"{i};fixed\r\n"));
        byte[] bytes = packed ? BatchSuite.Gzip(Encoding.UTF8.GetBytes(csv)) : [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(csv)];

        JsonNode job = await suite.DropAsync(name, bytes);

        Assert.Equal("Completed", (string?)job["state"]);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i};{i + 100};fixed").Prepend("row;score;thal_seen"), await suite.LinesAsync(job));
        Assert.Null(await suite.ReadAsync($"results/{job["id"]}/unpacked"));
    }

    [Fact]
    public async Task Lines_of_JSON_come_back_as_lines_of_JSON()
    {
        JsonNode job = await suite.DropAsync("a.jsonl", "{\"age\": 1, \"thal\": \"fixed\"}\n\n{\"age\": null, \"thal\": \"normal\"}\nnonsense\n{\"thal\": \"x\", \"age\": 2.5}\n");

        Assert.Equal(
            ["{\"row\":0,\"score\":101,\"thal_seen\":\"fixed\"}", "{\"row\":1,\"score\":250,\"thal_seen\":\"normal\"}", "{\"row\":3,\"score\":1.5,\"thal_seen\":\"x\"}"],
            await suite.LinesAsync(job));
        JsonNode row = Assert.Single(await suite.AsideAsync(job));
        Assert.Equal((2, "nonsense", "unreadable.NotJson"), ((int)row["row"]!, (string)row["text"]!, (string)row["rule"]!));
    }

    [Fact]
    public async Task A_message_that_comes_five_times_makes_one_job_and_one_result()
    {
        string created = await suite.UploadAsync("often.csv", "age,thal\n1,fixed\n2,fixed\n");
        for (int i = 0; i < 5; i++)
            await suite.Get<BatchIntake>().TakeAsync(i % 2 == 0 ? created : Convert.ToBase64String(Encoding.UTF8.GetBytes(created)), Stop);
        await suite.PumpAsync(times: 5);

        JsonNode page = await suite.GetAsync($"api/batches?source=incoming/{suite.Model}/often.csv");
        JsonNode job = Assert.Single(page["batches"]!.AsArray())!;
        Assert.Equal(["row,score,thal_seen", "0,101,fixed", "1,102,fixed"], await suite.LinesAsync(job));
    }

    [Fact]
    public async Task A_file_overwritten_before_it_was_read_fails_its_old_job_and_scores_the_new_content()
    {
        string old = await suite.UploadAsync("twice.csv", "age,thal\n1,fixed\n");
        string next = await suite.UploadAsync("twice.csv", "age,thal\n2,fixed\n");
        await suite.Get<BatchIntake>().TakeAsync(next, Stop);
        await suite.PumpAsync();
        await suite.Get<BatchIntake>().TakeAsync(old, Stop);

        JsonNode page = await suite.GetAsync($"api/batches?source=incoming/{suite.Model}/twice.csv");
        Assert.Equal(["Failed", "Completed"], page["batches"]!.AsArray().Select(job => (string?)job!["state"]));
        Assert.Equal("File overwritten", (string?)page["batches"]![0]!["failure"]!["title"]);
        Assert.Equal("0,102,fixed", (await suite.LinesAsync(page["batches"]![1]!))[1]);
    }

    [Theory]
    [InlineData("empty.csv", "", "Empty data")]
    [InlineData("columns.csv", "age,other\n1,2\n", "File does not fit the model")]
    [InlineData("twice2.csv", "age,age,thal\n1,2,3\n", "Duplicate column")]
    [InlineData("list.jsonl", "[{\"age\": 1}]", "Not JSON lines")]
    [InlineData("file.parquet", "PAR1", "Not a file of rows")]
    [InlineData("torn.csv.gz", "\u001f", "Not a gzip", true)]
    public async Task A_file_that_cannot_be_scored_fails_with_the_thing_and_the_remedy(string name, string text, string title, bool torn = false)
    {
        byte[] bytes = torn ? BatchSuite.Gzip(Encoding.UTF8.GetBytes("age,thal\n" + new string('1', 10_000)))[..40] : Encoding.UTF8.GetBytes(text);

        JsonNode job = await suite.DropAsync(name, bytes);

        Assert.Equal("Failed", (string?)job["state"]);
        Assert.Equal(torn ? "Broken compressed data" : title, (string?)job["failure"]!["title"]);
        Assert.Null(await suite.ReadAsync($"results/{job["id"]}/predictions.csv"));
    }

    [Fact]
    public async Task A_file_without_rows_gives_a_result_without_rows()
    {
        JsonNode job = await suite.DropAsync("none.csv", "age,thal\n\n\n");

        Assert.Equal("Completed", (string?)job["state"]);
        Assert.Equal(["row,score,thal_seen"], await suite.LinesAsync(job));
    }

    [Fact]
    public async Task A_message_that_is_no_event_is_kept_in_the_audit()
    {
        await suite.Get<BatchIntake>().TakeAsync("what?", Stop);
        await suite.Get<BatchIntake>().TakeAsync("what?", Stop);

        var rows = new List<Azure.Data.Tables.TableEntity>();
        await foreach (var row in suite.Get<Azure.Data.Tables.TableServiceClient>().GetTableClient(StorageNames.Tables.Audit).QueryAsync<Azure.Data.Tables.TableEntity>(cancellationToken: Stop))
            rows.Add(row);
        Assert.Equal("what?", Assert.Single(rows).GetString("Message"));
    }

    [Fact]
    public async Task A_slow_twin_loses_and_its_blocks_are_not_taken()
    {
        string created = await suite.UploadAsync("twin.csv", "age,thal\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"{i},fixed\n")));
        await suite.Get<BatchIntake>().TakeAsync(created, Stop);
        var queue = suite.Queues.GetQueueClient(StorageNames.Queues.BatchShards);
        string first = (await queue.PeekMessageAsync(Stop)).Value.Body.ToString();

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => suite.Get<ShardWorker>().TakeAsync(first, Stop)));
        await suite.PumpAsync();

        JsonNode job = await suite.JobOfAsync("twin.csv");
        Assert.Equal(Enumerable.Range(0, 40).Select(i => $"{i},{i + 100},fixed").Prepend("row,score,thal_seen"), await suite.LinesAsync(job));
    }

    /// <summary>Small shards and blocks, so that small files have many.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        internal BatchSuite Suite { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Suite = await BatchSuite.StartAsync(("BatchScoring__ShardBytes", "256"), ("BatchScoring__BlockBytes", "64"), ("BatchScoring__SampleShare", "1"));
            await Suite.ServeAsync(Models.Columns());
        }

        public ValueTask DisposeAsync() => Suite.DisposeAsync();
    }
}
