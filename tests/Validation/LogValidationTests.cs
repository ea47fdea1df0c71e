using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Tidemark.Platform.Alerts;
using Tidemark.Platform.PredictionLog;
using Tidemark.Platform.Storage;
using Tidemark.Platform.Tabular;
using Tidemark.Registry;
using Tidemark.Tests.Platform.Inference;
using Tidemark.Validation.Logs;
using Xunit;

namespace Tidemark.Tests.Validation;

/// <summary>What a model was asked on a day is held to the suite that its version was trained under, once.</summary>
public sealed class LogValidationTests(AzuriteFixture azurite)
{
    private const string Rules = """
        {"name": "patients", "expectations": [
          {"type": "expect_table_row_count_to_be_between", "kwargs": {"min_value": 1000000}},
          {"type": "expect_column_values_to_be_between", "kwargs": {"column": "age", "min_value": 0, "max_value": 120}},
          {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "thal"}},
          {"type": "expect_column_values_to_be_in_set", "kwargs": {"column": "label", "value_set": [0, 1]}}
        ]}
        """;

    private static readonly DateTimeOffset Night = new(2026, 11, 21, 0, 30, 0, TimeSpan.Zero);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_day_is_asked_for_once_however_many_hosts_and_timers_fire()
    {
        var clock = new FakeClock(Night);
        await using ValidationHost host = await ServedAsync(clock);
        await LogAsync(host, Night.AddHours(-3), ages: [30, 40], thal: ["normal", "fixed"]);
        await LogAsync(host, Night.AddHours(-20), ages: [50], thal: ["normal"]);

        bool[] asked = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Get<Tidemark.Validation.ValidationJobs>(host).RequestAsync(Day(host, 20), Stop)));
        await Get<DailyLogs>(host).RequestAsync(Name(host), Stop);

        Assert.Single(asked, first => first);
        Assert.Equal(1, await MessagesAsync(Day(host, 20).Id));
        Assert.Equal(HttpStatusCode.Accepted, (await host.SendAsync(HttpMethod.Get, $"/api/validations/{Day(host, 20).Id}")).Status);
    }

    [Fact]
    public async Task Inputs_of_the_day_are_held_to_the_suite_of_the_version_and_a_failure_is_an_alert()
    {
        var clock = new FakeClock(Night);
        await using ValidationHost host = await ServedAsync(clock);
        await LogAsync(host, Night.AddHours(-3), ages: [30, 400], thal: ["normal", "fixed"]);
        await LogAsync(host, Night.AddHours(-20), ages: [50], thal: [null]);
        await LogAsync(host, Night.AddHours(-30), ages: [500], thal: [null]);
        await Get<DailyLogs>(host).RequestAsync(Name(host), Stop);
        LogDay day = Day(host, 20);

        await host.RunAsync(day.Id);
        await host.RunAsync(day.Id);

        var (status, json, _) = await host.SendAsync(HttpMethod.Get, $"/api/validations/{day.Id}");
        Assert.Equal((HttpStatusCode.OK, false), (status, json["success"]!.GetValue<bool>()));
        Assert.Equal(["expect_column_values_to_be_between", "expect_column_values_to_not_be_null"], json["results"]!.AsArray().Select(result => result!["expectation_config"]!["type"]!.GetValue<string>()));
        Assert.Equal("[400]", json["results"]![0]!["result"]!["partial_unexpected_list"]!.ToJsonString());
        Assert.Equal(1, json["results"]![1]!["result"]!["unexpected_count"]!.GetValue<int>());
        Assert.Equal((3, 2), (json["meta"]!["batch_kwargs"]!["rows"]!.GetValue<int>(), json["meta"]!["batch_kwargs"]!["left_out"]!.GetValue<int>()));
        List<Alert> alerts = await AlertsAsync(host.Model);
        Alert alert = Assert.Single(alerts.DistinctBy(a => a.Id));
        Assert.Equal(("validation", "1", "2026-11-20", AlertSeverity.Warning), (alert.Kind, alert.Subject, alert.Window, alert.Severity));
        Assert.Contains("expect_column_values_to_be_between of age: 1 rows", alert.Detail, StringComparison.Ordinal);
        string page = (await host.Blobs.GetBlobContainerClient("reports").GetBlobClient($"validations/{day.Id}/index.html").DownloadContentAsync(Stop)).Value.Content.ToString();
        Assert.Contains("0 of 2 expectations hold for 3 rows", page, StringComparison.Ordinal);
    }

    /// <summary>The log leaves out missing values: an input that was never there is a column without values, not one that is forgiven.</summary>
    [Fact]
    public async Task An_input_that_nobody_sent_all_day_is_missing_in_every_row()
    {
        await using ValidationHost host = await ServedAsync(new FakeClock(Night));
        await LogAsync(host, Night.AddHours(-3), ages: [30, 40], thal: [null, null]);
        await Get<DailyLogs>(host).RequestAsync(Name(host), Stop);

        await host.RunAsync(Day(host, 20).Id);

        JsonNode result = (await host.SendAsync(HttpMethod.Get, $"/api/validations/{Day(host, 20).Id}")).Json["results"]![1]!;
        Assert.False(result["exception_info"]!["raised_exception"]!.GetValue<bool>());
        Assert.Equal(2, result["result"]!["unexpected_count"]!.GetValue<int>());
    }

    [Fact]
    public async Task Days_that_were_missed_are_caught_up_and_older_ones_left_alone()
    {
        await using ValidationHost host = await ServedAsync(new FakeClock(Night));
        foreach (int days in (int[])[0, 1, 4, 7, 8])
            await LogAsync(host, Night.AddDays(-days).AddHours(1), ages: [30], thal: ["normal"]);

        await Get<DailyLogs>(host).RequestAsync(Name(host), Stop);

        var asked = new List<int>();
        for (int day = 12; day <= 21; day++)
        {
            if ((await host.SendAsync(HttpMethod.Get, $"/api/validations/{Day(host, day).Id}")).Status == HttpStatusCode.Accepted)
                asked.Add(day);
        }

        Assert.Equal([14, 17, 20], asked);
    }

    /// <summary>The process died after it noted the request and before the message was on the queue.</summary>
    [Fact]
    public async Task A_request_whose_message_was_lost_is_asked_for_again_after_a_while()
    {
        var clock = new FakeClock(Night);
        await using ValidationHost host = await ServedAsync(clock);
        LogDay day = Day(host, 20);
        var jobs = Get<Tidemark.Validation.ValidationJobs>(host);

        Assert.True(await jobs.RequestAsync(day, Stop));
        Assert.False(await jobs.RequestAsync(day, Stop));
        clock.Advance(Tidemark.Validation.ValidationJobs.Patience);
        Assert.True(await jobs.RequestAsync(day, Stop));
        Assert.False(await jobs.RequestAsync(day, Stop));
        await host.RunAsync(day.Id);
        clock.Advance(Tidemark.Validation.ValidationJobs.Patience);
        Assert.False(await jobs.RequestAsync(day, Stop));
    }

    [Fact]
    public async Task By_hand_a_finished_day_is_the_nightly_validation_and_another_suite_is_one_of_its_own()
    {
        await using ValidationHost host = await ServedAsync(new FakeClock(Night));
        await LogAsync(host, Night.AddHours(-3), ages: [30, 40], thal: ["normal", "fixed"]);
        string log = $$"""{"log": {"model": "{{host.Model}}", "version": "1", "day": "2026-11-20"} """;

        var first = await host.SendAsync(HttpMethod.Post, "/api/validations", log + "}");
        var own = await host.SendAsync(HttpMethod.Post, "/api/validations", log + """, "suite": {"name": "own", "expectations": []}}""");
        await host.RunAsync(Day(host, 20).Id);
        var again = await host.SendAsync(HttpMethod.Post, "/api/validations", log + "}");

        Assert.Equal((HttpStatusCode.Accepted, Day(host, 20).Id), (first.Status, first.Json["id"]!.GetValue<string>()));
        Assert.NotEqual(Day(host, 20).Id, own.Json["id"]!.GetValue<string>());
        Assert.Equal((HttpStatusCode.OK, true), (again.Status, again.Json["success"]!.GetValue<bool>()));
    }

    [Theory]
    [InlineData("\"yesterday\"")]
    [InlineData("""{"model": "m1", "version": "1", "day": "20.11.2026"}""")]
    [InlineData("""{"model": "../x", "version": "1", "day": "2026-11-20"}""")]
    public async Task What_is_no_day_of_a_log_is_refused(string log)
    {
        await using ValidationHost host = await ValidationHost.StartAsync(azurite);

        Assert.Equal(HttpStatusCode.BadRequest, (await host.SendAsync(HttpMethod.Post, "/api/validations", $$"""{"log": {{log}}}""")).Status);
    }

    private static LogDay Day(ValidationHost host, int day) => new(new VersionReference(Name(host), ModelVersion.Parse("1").Value), new DateOnly(2026, 11, day));

    private static ModelName Name(ValidationHost host) => ModelName.Parse(host.Model).Value;

    private static T Get<T>(ValidationHost host) where T : notnull => host.Get<T>();

    private static async Task LogAsync(ValidationHost host, DateTimeOffset time, double[] ages, string?[] thal)
    {
        using var file = new LogFile("1", LogNames.FromHttp, LogPolicy.Default);
        (RealColumn age, TextColumn words, Column score) = (new RealColumn("age"), new TextColumn("thal"), new RealColumn("score"));
        for (int row = 0; row < ages.Length; row++)
        {
            age.Append(ages[row]);
            ((RealColumn)score).Append(0.5);
            if (thal[row] is { } word)
                words.Append(word);
            else
                words.AppendMissing();
        }

        (Table input, Table output) = (new Table([age, words]).Filled(ages.Length), new Table([score]).Filled(ages.Length));
        for (int row = 0; row < ages.Length; row++)
            file.Add(new LogEntry(PredictionId.New(time).OfRow(row), time, 1), input, output, row);
        await host.Get<LogStore>().WriteAsync(LogNames.File(host.Model, time, "test", 1), file, Stop);
    }

    private async Task<ValidationHost> ServedAsync(TimeProvider clock)
    {
        ValidationHost host = await ValidationHost.StartAsync(azurite, clock);
        await host.PutSuiteAsync("patients", Rules);
        await host.ServeAsync(Models.Columns().ToBytes(), "patients/1");
        return host;
    }

    /// <summary>How many messages of the queue, which other tests use too, name the id.</summary>
    private async Task<int> MessagesAsync(string id) => (await MessagesAsync(StorageNames.Queues.Validations, text => text == id)).Count;

    private async Task<List<Alert>> AlertsAsync(string model) =>
        (await MessagesAsync(StorageNames.Queues.Alerts, text => text.Contains(model, StringComparison.Ordinal))).ConvertAll(text => JsonSerializer.Deserialize(text, AlertJson.Default.Alert)!);

    private async Task<List<string>> MessagesAsync(string queue, Func<string, bool> mine)
    {
        QueueClient client = new QueueServiceClient(azurite.ConnectionString, StorageClients.QueueOptions()).GetQueueClient(queue);
        var found = new Dictionary<string, string>();
        await Eventually.TrueAsync(
            async () =>
            {
                foreach (QueueMessage message in (await client.ReceiveMessagesAsync(32, TimeSpan.FromSeconds(1), Stop)).Value.Where(m => mine(m.MessageText)))
                    found[message.MessageId] = message.MessageText;
                return found.Count > 0;
            },
            $"the message is on the queue {queue}");
        return [.. found.Values];
    }
}
