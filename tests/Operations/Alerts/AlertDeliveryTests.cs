using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Messaging;
using Tidemark.Operations.Alerts;
using Tidemark.Platform.Alerts;
using Xunit;

namespace Tidemark.Tests.Operations.Alerts;

/// <summary>What a receiver gets, and what is written down about it.</summary>
public sealed class AlertDeliveryTests(AzuriteFixture azurite)
{
    private readonly FakeClock clock = new();
    private readonly string table = AlertsProcess.NewTable();

    [Fact]
    public async Task Is_posted_as_a_structured_CloudEvent_and_noted_as_delivered()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var process = await AlertsProcess.StartAsync(azurite, table, clock, receiver.Address + "/hook", settings: ("RunbookRoot", "https://example.com/blob/main/"));
        Alert alert = AlertsProcess.Drift(subject: "âge \"1\" %");

        await process.TakeAsync(alert, "1");

        Received post = Assert.Single(receiver.Posts);
        Assert.Equal(("/hook", "application/cloudevents+json; charset=utf-8"), (post.Path, post.Headers["Content-Type"]));
        CloudEvent told = CloudEvent.Parse(BinaryData.FromString(post.Body))!;
        Assert.Equal((alert.Id, "/models/heart", "tidemark.alert.raised", alert.Subject, alert.Time), (told.Id, told.Source, told.Type, told.Subject, told.Time));
        JsonNode data = JsonNode.Parse(told.Data!)!;
        Assert.Equal(("warning", alert.Detail, "https://example.com/blob/main/docs/monitoring.md#drift"), ((string?)data["severity"], (string?)data["detail"], (string?)data["runbook"]));
        Assert.DoesNotContain("webhook-signature", post.Headers.Keys);
        AlertRow row = await process.RowAsync(alert);
        Assert.Equal((AlertState.Delivered, 1, clock.GetUtcNow()), (row.State, row.Attempts, row.Delivered));
        Assert.Equal(0, await process.DueAsync());
    }

    [Fact]
    public async Task Is_posted_in_binary_mode_with_encoded_headers()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var process = await AlertsProcess.StartAsync(azurite, table, clock, receiver.Address, settings: ("Mode", "Binary"));
        Alert alert = AlertsProcess.Drift(subject: "âge \"1\" %");

        await process.TakeAsync(alert, "1");

        Received post = Assert.Single(receiver.Posts);
        Assert.Equal(["1.0", alert.Id, "/models/heart", "tidemark.alert.raised", "2026-11-20T11:59:00.0000000Z", "%C3%A2ge%20%221%22%20%25", "application/json"],
            new[] { "ce-specversion", "ce-id", "ce-source", "ce-type", "ce-time", "ce-subject", "Content-Type" }.Select(h => post.Headers[h]));
        Assert.Equal(alert.Id, AlertsProcess.IdOf(post));
    }

    [Theory]
    [InlineData("a secret of 25 characters", "a secret of 25 characters")]
    [InlineData("whsec_MDEyMzQ1Njc4OWFiY2RlZg==", "0123456789abcdef")]
    public async Task Is_signed_so_that_the_receiver_can_check_it(string secret, string key)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var process = await AlertsProcess.StartAsync(azurite, table, clock, receiver.Address, settings: ("Secret", secret));

        await process.TakeAsync(AlertsProcess.Drift(), "1");

        Received post = Assert.Single(receiver.Posts);
        Assert.Equal(clock.GetUtcNow().ToUnixTimeSeconds().ToString(), post.Headers["webhook-timestamp"]);
        byte[] signed = Encoding.UTF8.GetBytes($"{post.Headers["webhook-id"]}.{post.Headers["webhook-timestamp"]}.{post.Body}");
        Assert.Equal("v1," + Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), signed)), post.Headers["webhook-signature"]);
    }

    [Fact]
    public async Task Is_tried_again_after_longer_and_longer_pauses_until_it_is_taken()
    {
        await using var receiver = await WebhookReceiver.StartAsync(number => number < 4 ? 503 : 200);
        await using var process = await AlertsProcess.StartAsync(azurite, table, clock, receiver.Address);
        Alert alert = AlertsProcess.Drift();
        await process.TakeAsync(alert, "1");

        foreach ((int seconds, int posts) in new[] { (29, 1), (1, 2), (59, 2), (1, 3), (119, 3) })
        {
            clock.Advance(TimeSpan.FromSeconds(seconds));
            await process.Delivery.SweepAsync(AlertsProcess.Stop);
            Assert.Equal(posts, receiver.Posts.Count);
        }

        Assert.Equal((AlertState.Pending, "The webhook answered 503."), ((await process.RowAsync(alert)).State, (await process.RowAsync(alert)).Reason));
        clock.Advance(TimeSpan.FromSeconds(1));
        await process.Delivery.SweepAsync(AlertsProcess.Stop);
        AlertRow row = await process.RowAsync(alert);
        Assert.Equal((AlertState.Delivered, 4, null), (row.State, row.Attempts, row.Reason));
    }

    [Fact]
    public async Task Waits_as_long_as_the_receiver_asks()
    {
        await using var receiver = await WebhookReceiver.StartAsync((number, context) =>
        {
            (context.Response.StatusCode, context.Response.Headers.RetryAfter) = number == 1 ? (429, "600") : (200, "");
            return Task.CompletedTask;
        });
        await using var process = await AlertsProcess.StartAsync(azurite, table, clock, receiver.Address);
        await process.TakeAsync(AlertsProcess.Drift(), "1");

        clock.Advance(TimeSpan.FromSeconds(599));
        await process.Delivery.SweepAsync(AlertsProcess.Stop);
        Assert.Single(receiver.Posts);
        clock.Advance(TimeSpan.FromSeconds(1));
        await process.Delivery.SweepAsync(AlertsProcess.Stop);
        Assert.Equal(2, receiver.Posts.Count);
    }

    [Theory]
    [InlineData(404, "The webhook answered 404.")]
    [InlineData(302, "The webhook answered 302: redirects are not followed; set the address it points to.")]
    public async Task What_is_refused_has_failed_with_the_reason_and_keeps_none_quiet(int status, string reason)
    {
        await using var receiver = await WebhookReceiver.StartAsync(number => number == 1 ? status : 200);
        await using var process = await AlertsProcess.StartAsync(azurite, table, clock, receiver.Address);
        Alert refused = AlertsProcess.Drift(), next = AlertsProcess.Drift(window: "2026-11-20T12");

        await process.TakeAsync(refused, "1");
        await process.TakeAsync(next, "2");

        Assert.Equal((AlertState.Failed, reason), ((await process.RowAsync(refused)).State, (await process.RowAsync(refused)).Reason));
        Assert.Equal(AlertState.Delivered, (await process.RowAsync(next)).State);
        Assert.Equal(0, await process.DueAsync());
    }

    [Fact]
    public async Task Gives_up_after_the_time_set_and_says_why()
    {
        int port = FreePort();
        await using var process = await AlertsProcess.StartAsync(azurite, table, clock, $"http://127.0.0.1:{port}", settings: ("GiveUpAfter", "01:00:00"));
        Alert alert = AlertsProcess.Drift();
        await process.TakeAsync(alert, "1");

        for (int i = 0; i < 8; i++)
        {
            clock.Advance(TimeSpan.FromMinutes(15));
            await process.Delivery.SweepAsync(AlertsProcess.Stop);
        }

        AlertRow row = await process.RowAsync(alert);
        Assert.Equal((AlertState.Failed, "The webhook can't be reached (ConnectionError)."), (row.State, row.Reason));
        Assert.InRange(row.Attempts, 4, 6);
        Assert.Equal(0, await process.DueAsync());
    }

    [Fact]
    public async Task A_receiver_that_never_answers_is_left_after_the_time_set()
    {
        await using var receiver = await WebhookReceiver.StartAsync((_, context) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        await using var process = await AlertsProcess.StartAsync(azurite, table, clock, receiver.Address, settings: ("Timeout", "00:00:00.2"));
        Alert alert = AlertsProcess.Drift();

        await process.TakeAsync(alert, "1");

        Assert.Equal((AlertState.Pending, "The webhook did not answer within 0.2 s."), ((await process.RowAsync(alert)).State, (await process.RowAsync(alert)).Reason));
    }

    [Fact]
    public async Task Connects_to_no_private_address_whatever_a_name_resolves_to()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        // As text the address is one that the operator has named; what this process may connect to, it asks of the host that it finds there.
        await using var process = await AlertsProcess.StartAsync(azurite, table, clock, receiver.Address);
        WebhookAddress trusted = WebhookAddress.Parse(receiver.Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal), WebhookHosts.Parse("localhost")).Value!;

        PostResult result = await process.Webhook.PostAsync(trusted, await StoredAsync(process), AlertsProcess.Stop);

        Assert.Equal(new PostResult(PostOutcome.Refused, "The webhook's host 'localhost' has no public address; the operator can name it in Alerts__AllowedHosts."), result);
        Assert.Single(receiver.Posts); // the one of the stored alert
    }

    private static async Task<AlertRow> StoredAsync(AlertsProcess process)
    {
        await process.TakeAsync(AlertsProcess.Drift(), "1");
        return await process.RowAsync(AlertsProcess.Drift());
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
