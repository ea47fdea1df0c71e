using System.Text.Json.Nodes;
using Azure.Storage.Queues;
using Tidemark.Platform.Storage;
using Tidemark.Tests.EndToEnd;
using Xunit;

namespace Tidemark.Tests.Retraining;

/// <summary>Promise I10 for requests to retrain.</summary>
public sealed class PoisonedRequestTests(RetrainingSuite running)
{
    [Fact]
    public async Task A_request_that_was_tried_in_vain_becomes_one_alert_with_its_text_however_often_it_comes()
    {
        string message = $"{{\"model\": \"no such \\u0000 thing {Guid.NewGuid():N}\"}}";
        var queue = new QueueClient(running.Storage, StorageNames.Queues.RetrainingRequestsPoison);
        await queue.CreateIfNotExistsAsync(cancellationToken: TestContext.Current.CancellationToken);

        await queue.SendMessageAsync(message, TestContext.Current.CancellationToken);
        await queue.SendMessageAsync(message, TestContext.Current.CancellationToken);

        JsonNode[] found = [];
        await Eventually.TrueAsync(
            async () =>
            {
                var alerts = (await running.Suite.Http.GetAsync("api/alerts?model=suite&limit=100", TestContext.Current.CancellationToken).JsonAsync())["alerts"]!.AsArray();
                found = [.. alerts.Where(a => ((string?)a!["detail"])!.Contains(message, StringComparison.Ordinal))!];
                return found.Length > 0 && (int?)found[0]["repeats"] >= 1;
            },
            "the alert is listed, and its repetition counted");

        JsonNode alert = Assert.Single(found);
        Assert.Equal(("retraining-request", "critical"), ((string?)alert["kind"], (string?)alert["severity"]));
    }
}
