using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Azure.Data.Tables;
using Tidemark.Platform.PredictionLog;
using Tidemark.Tests.EndToEnd;
using Xunit;

namespace Tidemark.Tests.Faults;

public sealed class FeedbackTests
{
    private const int Kills = 3, PerRequest = 3;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Promise I3.</summary>
    [Fact]
    public async Task Acknowledged_feedback_is_never_lost_and_never_counted_twice_however_often_the_host_is_killed()
    {
        await using var suite = await RunningSuite.StartAsync();
        await suite.Http.RegisterAsync("heart", Heart.Model).JsonAsync(201);
        var acknowledged = new ConcurrentBag<string>();
        var all = new ConcurrentBag<string>();
        HttpClient http = suite.Http;
        int host = 0;
        for (int kill = 0; kill <= Kills; kill++)
        {
            HttpClient target = http;
            Task[] senders = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() => SendAsync(target, acknowledged, all, kill == Kills ? 10 : int.MaxValue)))];
            int enough = acknowledged.Count + 30;
            if (kill < Kills)
            {
                await Eventually.TrueAsync(() => acknowledged.Count >= enough, "feedback is acknowledged");
                await suite.Hosts[host++].KillAsync();
                await Task.WhenAll(senders);
                http = await suite.StartHostAsync(("Embedded__QueueLease", "00:00:04"));
            }
            else
            {
                await Task.WhenAll(senders);
            }
        }

        var table = new TableClient(suite.Azurite.ConnectionString, "feedback");
        var kept = new List<string>();
        await Eventually.TrueAsync(
            async () =>
            {
                kept = await table.QueryAsync<TableEntity>("PartitionKey ge 'heart|0' and PartitionKey lt 'heart|9'", cancellationToken: Cancellation).Select(row => row.RowKey).ToListAsync(Cancellation);
                return acknowledged.Except(kept).FirstOrDefault() is null;
            },
            "every acknowledged label is kept");

        Assert.Equal(kept.Count, kept.Distinct().Count());
        Assert.Subset(all.ToHashSet(), kept.ToHashSet());
        Assert.True(acknowledged.Count > Kills * 30, $"only {acknowledged.Count} labels were acknowledged");
    }

    /// <summary>Sends labels one request after the other until the host is gone.</summary>
    private static async Task SendAsync(HttpClient http, ConcurrentBag<string> acknowledged, ConcurrentBag<string> all, int requests)
    {
        for (int i = 0; i < requests; i++)
        {
            string[] ids = [.. Enumerable.Range(0, PerRequest).Select(_ => PredictionId.New(TimeProvider.System.GetUtcNow()).ToString())];
            foreach (string id in ids) all.Add(id);
            string labels = string.Join(',', ids.Select(id => $$"""{"predictionId":"{{id}}","label":1}"""));
            try
            {
                using var content = new StringContent($$"""{"model":"heart","labels":[{{labels}}]}""", Encoding.UTF8, "application/json");
                using var reply = await http.PostAsync("api/feedback", content, Cancellation);
                if (reply.StatusCode != HttpStatusCode.Accepted) continue;
                foreach (string id in ids) acknowledged.Add(id);
            }
            catch (HttpRequestException)
            {
                return;
            }
        }
    }
}
