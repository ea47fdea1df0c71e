using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.BatchScoring;
using Tidemark.BatchScoring.Completing;
using Tidemark.BatchScoring.Intake;
using Tidemark.BatchScoring.Jobs;
using Tidemark.Platform.Storage;
using Tidemark.Tests.Operations.Alerts;
using Tidemark.Tests.Platform.Inference;
using Xunit;

namespace Tidemark.Tests.BatchScoring;

/// <summary>Callbacks to a real web server on this machine.</summary>
public sealed class CallbackTests : IAsyncLifetime
{
    private const string Secret = "a secret of batches";

    private BatchSuite suite = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        suite = await BatchSuite.StartAsync(("BatchScoring__CallbackHosts", "127.0.0.1"), ("Alerts__Secret", Secret));
        await suite.ServeAsync(Models.Columns());
    }

    public ValueTask DisposeAsync() => suite.DisposeAsync();

    [Fact]
    public async Task A_receiver_that_falters_is_told_again_and_what_it_is_told_is_signed()
    {
        await using WebhookReceiver receiver = await WebhookReceiver.StartAsync(number => number == 1 ? 503 : 204);

        JsonNode job = await EndAsync("told.csv", receiver);

        Assert.Equal("sent", (string?)job["callback"]);
        Assert.Equal(2, receiver.Posts.Count);
        Received told = receiver.Posts.Last();
        Assert.True(JsonNode.DeepEquals(new JsonObject { ["id"] = (string?)job["id"], ["state"] = "Completed", ["source"] = (string?)job["source"] }, JsonNode.Parse(told.Body)), told.Body);
        string signed = $"{told.Headers["webhook-id"]}.{told.Headers["webhook-timestamp"]}.{told.Body}";
        Assert.Equal((string?)job["id"], told.Headers["webhook-id"]);
        Assert.Equal("v1," + Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(signed))), told.Headers["webhook-signature"]);

        // Whatever comes again of the job, nobody is told again.
        await suite.Get<Completion>().TryAsync(JobId.Parse((string)job["id"]!).Value, Stop);
        await suite.Get<BatchIntake>().TakeAsync(Again(job, 1), Stop);
        Assert.Equal(2, receiver.Posts.Count);
    }

    [Fact]
    public async Task A_receiver_that_is_down_is_told_later_by_a_message_that_waits()
    {
        bool up = false;
        await using WebhookReceiver receiver = await WebhookReceiver.StartAsync(_ => up ? 204 : 500);

        JsonNode job = await EndAsync("later.csv", receiver);
        Assert.Equal(("Completed", "waiting for another try: it answered 500"), ((string?)job["state"], (string?)job["callback"]));
        var queue = suite.Queues.GetQueueClient(StorageNames.Queues.BatchIntake);
        Assert.Equal(1, (await queue.GetPropertiesAsync(Stop)).Value.ApproximateMessagesCount); // out of sight, one minute

        up = true;
        int before = receiver.Posts.Count;
        await suite.Get<BatchIntake>().TakeAsync(Again(job, 1), Stop);

        Assert.Equal("sent", (string?)(await suite.GetAsync($"api/batches/{job["id"]}"))["callback"]);
        Assert.Equal(before + 1, receiver.Posts.Count);
    }

    [Fact]
    public async Task A_receiver_that_refuses_is_not_asked_again()
    {
        await using WebhookReceiver receiver = await WebhookReceiver.StartAsync(_ => (int)HttpStatusCode.Forbidden);

        JsonNode job = await EndAsync("refused.csv", receiver);

        Assert.Equal(("Completed", "refused: it answered 403", 1), ((string?)job["state"], (string?)job["callback"], receiver.Posts.Count));
    }

    [Fact]
    public async Task After_a_day_of_tries_it_is_given_up()
    {
        await using WebhookReceiver receiver = await WebhookReceiver.StartAsync(_ => 500);
        JsonNode job = await EndAsync("never.csv", receiver);

        await suite.Get<BatchIntake>().TakeAsync(Again(job, 30), Stop);

        Assert.Equal("given up: it answered 500", (string?)(await suite.GetAsync($"api/batches/{job["id"]}"))["callback"]);
    }

    private static string Again(JsonNode job, int number) => JsonSerializer.Serialize(new CallbackMessage((string)job["id"]!, number), BatchJson.Default.CallbackMessage);

    private async Task<JsonNode> EndAsync(string file, WebhookReceiver receiver)
    {
        await suite.UploadAsync(file, "age,thal\n1,fixed\n");
        var (status, job) = await suite.PostAsync("api/batches", $"{{\"blob\": \"incoming/{suite.Model}/{file}\", \"callback\": \"{receiver.Address}/told\"}}");
        Assert.True(status == 202, job.ToJsonString());
        await suite.PumpAsync();
        return await suite.GetAsync($"api/batches/{job["id"]}");
    }
}
