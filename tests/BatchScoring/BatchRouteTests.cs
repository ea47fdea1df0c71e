using System.Text.Json.Nodes;
using Tidemark.BatchScoring.Intake;
using Tidemark.Tests.Platform.Inference;
using Xunit;

namespace Tidemark.Tests.BatchScoring;

/// <summary>Batches over HTTP: begun with options, listed, watched, cancelled.</summary>
public sealed class BatchRouteTests(BatchRouteTests.Fixture fixture) : IClassFixture<BatchRouteTests.Fixture>
{
    private readonly BatchSuite suite = fixture.Suite;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Options_keep_columns_neutralise_formulas_and_decide_by_a_threshold()
    {
        await suite.UploadAsync("options.csv", "name,age,thal\n=1+1,1,fixed\n-5,0.5,no\n\"a,b\",-1,other\n");

        JsonNode job = await SubmitAsync("options.csv", "\"keep\": [\"name\"], \"threshold\": 0.5, \"neutraliseFormulas\": true");

        Assert.Equal(
            ["row,name,score,thal_seen,decision", "0,\"'=1+1\",101,fixed,1", "1,-5,-0.5,no,0", "2,\"a,b\",-2,other,0"],
            await suite.LinesAsync(job));
    }

    [Fact]
    public async Task All_columns_are_kept_on_request_and_a_name_taken_is_not_given_twice()
    {
        await suite.UploadAsync("all.csv", "score,age,thal\n7,1,fixed\n");

        JsonNode job = await SubmitAsync("all.csv", "\"keep\": \"*\"");

        Assert.Equal(["row,score,age,thal,predicted.score,thal_seen", "0,7,1,fixed,101,fixed"], await suite.LinesAsync(job));
    }

    [Fact]
    public async Task A_dropped_file_and_a_request_for_it_are_one_job()
    {
        JsonNode dropped = await suite.DropAsync("same.csv", "age,thal\n1,fixed\n");

        var (status, submitted) = await suite.PostAsync("api/batches", Body("same.csv"));

        Assert.Equal((200, (string?)dropped["id"]), (status, (string?)submitted["id"]));
    }

    [Fact]
    public async Task A_failed_job_is_tried_again_on_request_as_a_new_one()
    {
        JsonNode failed = await suite.DropAsync("fails.csv", "nothing\n1\n");

        var (status, next) = await suite.PostAsync("api/batches", Body("fails.csv"));
        await suite.PumpAsync();

        Assert.Equal(202, status);
        Assert.NotEqual((string?)failed["id"], (string?)next["id"]);
        Assert.Equal("Failed", (string?)(await suite.GetAsync($"api/batches/{next["id"]}"))["state"]);
    }

    [Fact]
    public async Task The_version_is_pinned_when_the_job_begins()
    {
        await suite.UploadAsync("pinned.csv", "age,thal\n1,fixed\n");
        var (_, job) = await suite.PostAsync("api/batches", Body("pinned.csv"));
        await suite.ServeAsync(Models.Columns().Metadata("mark", "next"));

        await suite.PumpAsync();

        JsonNode done = await suite.GetAsync($"api/batches/{job["id"]}");
        Assert.Equal(("Completed", (string?)job["version"]), ((string?)done["state"], (string?)done["version"]));
        JsonNode manifest = JsonNode.Parse((await suite.ReadAsync((string)done["links"]!["manifest"]!))!)!;
        Assert.Equal((string?)job["version"], (string?)manifest["version"]);
    }

    [Fact]
    public async Task A_cancelled_job_leaves_no_result_and_a_complete_one_cannot_be_cancelled()
    {
        await suite.Get<BatchIntake>().TakeAsync(await suite.UploadAsync("cancel.csv", "age,thal\n1,fixed\n2,fixed\n"), Stop);
        JsonNode running = await suite.JobOfAsync("cancel.csv");
        Assert.Equal("Running", (string?)running["state"]);
        Assert.Equal((2, 0), ((int)running["progress"]!["rows"]!, (int)running["progress"]!["done"]!));

        using HttpResponseMessage cancelled = await suite.Http.DeleteAsync($"api/batches/{running["id"]}", Stop);
        Assert.True(cancelled.IsSuccessStatusCode);
        await suite.PumpAsync();
        Assert.Equal("Cancelled", (string?)(await suite.GetAsync($"api/batches/{running["id"]}"))["state"]);
        Assert.Null(await suite.ReadAsync($"results/{running["id"]}/predictions.csv"));

        JsonNode complete = await suite.DropAsync("complete.csv", "age,thal\n1,fixed\n");
        using HttpResponseMessage late = await suite.Http.DeleteAsync($"api/batches/{complete["id"]}", Stop);
        Assert.Equal(409, (int)late.StatusCode);
    }

    [Fact]
    public async Task Pages_of_jobs_are_newest_first_and_miss_none()
    {
        for (int i = 0; i < 5; i++)
            await suite.DropAsync($"page-{i}.csv", $"age,thal\n{i},page\n");
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            JsonNode page = await suite.GetAsync($"api/batches?model={suite.Model}&state=completed&limit=2{(cursor is null ? "" : $"&cursor={cursor}")}");
            seen.AddRange(page["batches"]!.AsArray().Select(job => (string)job!["source"]!));
            cursor = (string?)page["next"];
        }
        while (cursor is not null);

        Assert.Equal(Enumerable.Range(0, 5).Reverse().Select(i => $"incoming/{suite.Model}/page-{i}.csv"), seen.Where(source => source.Contains("/page-", StringComparison.Ordinal)));
        Assert.Equal(seen.Distinct(), seen);
    }

    [Theory]
    [InlineData("""{"blob": "secrets/x.csv"}""", 400, "is not a blob of data")]
    [InlineData("""{"blob": "incoming/../x.csv"}""", 400, "is not a blob of data")]
    [InlineData("""{"blob": "incoming/MODEL/absent.csv"}""", 404, "Upload it first")]
    [InlineData("""{"blob": "incoming/MODEL/known.csv", "alias": "challenger"}""", 404, "no alias 'challenger'")]
    [InlineData("""{"blob": "incoming/MODEL/known.csv", "threshold": 2}""", 400, "threshold")]
    [InlineData("""{"blob": "incoming/MODEL/known.csv", "keep": 3}""", 400, "keep")]
    [InlineData("""{"blob": "incoming/MODEL/known.csv", "colour": "red"}""", 400, "colour")]
    [InlineData("""{"blob": "incoming/MODEL/known.csv", "callback": "http://169.254.169.254/latest"}""", 400, "BatchScoring__CallbackHosts")]
    [InlineData("[1]", 400, "can't be used")]
    [InlineData("no JSON", 400, "can't be used")]
    public async Task A_request_that_cannot_be_met_is_refused_by_name(string body, int status, string said)
    {
        await suite.UploadAsync("known.csv", "age,thal\n1,fixed\n");

        var (answered, problem) = await suite.PostAsync("api/batches", body.Replace("MODEL", suite.Model, StringComparison.Ordinal));

        Assert.Equal(status, answered);
        Assert.Contains(said, (string)problem["detail"]!);
    }

    [Theory]
    [InlineData("api/batches/xyz", 400)]
    [InlineData("api/batches/0000000000000000000000000000000000000000000000000000000000000000", 404)]
    [InlineData("api/batches?cursor=bm90IG91cnM", 400)]
    [InlineData("api/batches?limit=0", 400)]
    [InlineData("api/batches?state=7", 400)]
    [InlineData("api/batches?source=elsewhere/x", 400)]
    public async Task A_question_that_cannot_be_answered_is_refused(string path, int status)
    {
        using HttpResponseMessage answer = await suite.Http.GetAsync(path, Stop);

        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Unknown_columns_to_keep_fail_the_job_with_those_that_there_are()
    {
        await suite.UploadAsync("unkept.csv", "age,thal\n1,fixed\n");

        JsonNode job = await SubmitAsync("unkept.csv", "\"keep\": [\"name\"]", "Failed");

        Assert.Contains("has no column 'name'", (string)job["failure"]!["detail"]!);
        Assert.Contains("age, thal", (string)job["failure"]!["detail"]!);
    }

    [Fact]
    public async Task Scored_rows_are_sampled_into_the_prediction_log_once()
    {
        JsonNode job = await suite.DropAsync("logged.csv", "id,age,thal\na,1,fixed\nb,2,fixed\n");
        await suite.PumpAsync(times: 2);

        var store = suite.Get<Tidemark.Platform.PredictionLog.LogStore>();
        DateTimeOffset created = DateTimeOffset.Parse((string)job["created"]!, System.Globalization.CultureInfo.InvariantCulture);
        var rows = new List<(string, double, double)>();
        await foreach (var table in store.ReadAsync(Tidemark.Platform.PredictionLog.LogRange.Of(suite.Model, null, created), (file, failure) => Assert.Fail(failure.Detail), Stop))
        {
            for (int row = 0; row < table.Rows; row++)
            {
                if ((string?)table.Find("correlation_id")!.Cell(row) == (string?)job["id"])
                    rows.Add(((string)table.Find("key")!.Cell(row)!, Convert.ToDouble(table.Find("input.age")!.Cell(row), null), Convert.ToDouble(table.Find("output.score")!.Cell(row), null)));
            }
        }

        Assert.Equal([("a", 1, 101), ("b", 2, 102)], rows.Order());
    }

    private string Body(string file, string options = "") => $"{{\"blob\": \"incoming/{suite.Model}/{file}\"{(options.Length > 0 ? ", " + options : "")}}}";

    private async Task<JsonNode> SubmitAsync(string file, string options, string state = "Completed")
    {
        var (status, job) = await suite.PostAsync("api/batches", Body(file, options));
        Assert.True(status == 202, job.ToJsonString());
        await suite.PumpAsync();
        JsonNode done = await suite.GetAsync($"api/batches/{job["id"]}");
        Assert.True((string?)done["state"] == state, done.ToJsonString());
        return done;
    }

    /// <summary>Everything is logged.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        internal BatchSuite Suite { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Suite = await BatchSuite.StartAsync(("BatchScoring__SampleShare", "1"));
            await Suite.ServeAsync(Models.Columns());
        }

        public ValueTask DisposeAsync() => Suite.DisposeAsync();
    }
}
