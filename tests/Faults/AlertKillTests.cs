using System.Text.Json.Nodes;
using Azure.Storage.Queues;
using Tidemark.Platform.Storage;
using Tidemark.Tests.EndToEnd;
using Tidemark.Tests.Operations.Alerts;
using Xunit;

namespace Tidemark.Tests.Faults;

/// <summary>The real suite is killed while it tells an alert.</summary>
public sealed class AlertKillTests
{
    [Fact]
    public async Task An_alert_whose_host_is_killed_while_it_is_told_is_told_by_the_next_and_what_can_not_be_read_is_listed()
    {
        var posting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var receiver = await WebhookReceiver.StartAsync((number, context) =>
        {
            if (number > 1) return Task.CompletedTask;
            posting.SetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        await using var suite = await RunningSuite.StartAsync();
        (string, string)[] settings = [("Alerts__Webhook", receiver.Address), ("Alerts__AllowedHosts", "127.0.0.1"), ("Alerts__Timeout", "00:00:02"), ("Embedded__QueueLease", "00:00:04")];
        await suite.Host.KillAsync();
        await suite.StartHostAsync(settings);
        var queue = new QueueClient(suite.Azurite.ConnectionString, StorageNames.Queues.Alerts, StorageClients.QueueOptions());
        var alert = AlertsProcess.Drift();
        await queue.SendMessageAsync(AlertsProcess.Text(alert), AlertsProcess.Stop);
        await posting.Task.Soon();
        await suite.LastHost.KillAsync();

        HttpClient http = await suite.StartHostAsync(settings);
        await Eventually.TrueAsync(
            async () =>
            {
                await http.PostJsonAsync("admin/functions/SweepAlerts", "{}");
                return (string?)(await http.GetAsync($"api/alerts/{alert.Id}", AlertsProcess.Stop).JsonAsync())["state"] == "delivered";
            },
            "the next host tells the alert");

        Assert.Equal(2, receiver.Posts.Count);
        await queue.SendMessageAsync("what is this?", AlertsProcess.Stop);
        JsonArray listed = [];
        await Eventually.TrueAsync(async () => (listed = (await http.GetAsync("api/alerts", AlertsProcess.Stop).JsonAsync())["alerts"]!.AsArray()).Count == 2, "the unreadable one is listed");
        Assert.Equal(["what is this?"], listed.Select(a => (string?)a!["raw"]).OfType<string>());
        Assert.Equal([0], listed.Select(a => (int)a!["repeats"]!).Distinct());
    }
}
