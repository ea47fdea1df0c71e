using Azure.Storage.Blobs;
using Tidemark.Platform.PredictionLog;
using Tidemark.Platform.Storage;
using Tidemark.Platform.Tabular;
using Tidemark.Tests.EndToEnd;
using Xunit;

namespace Tidemark.Tests.Faults;

public sealed class PredictionLogFaultTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stop_loses_no_row_and_a_kill_only_those_not_yet_flushed()
    {
        await using var suite = await RunningSuite.StartAsync();
        await suite.Http.ServeHeartAsync("heart");
        List<string> stored = [];

        // Flushed by time, then killed: what was stored stays, what waited is lost, and no file is broken.
        var killed = await suite.StartHostAsync(("PredictionLog__FlushAfter", "00:00:00.400"));
        stored.Add(await PredictAsync(killed));
        await Eventually.TrueAsync(async () => (await ReadAsync(suite)).Count == 1, "the rows are flushed by time");
        await PredictAsync(killed);
        await suite.Hosts[1].KillAsync();
        List<string> found = await ReadAsync(suite);
        Assert.Equal(stored[0], found[0]);
        Assert.InRange(found.Count, 1, 2);

        // Stopped long before the flush is due: nothing is lost.
        var stopped = await suite.StartHostAsync(("PredictionLog__FlushAfter", "00:30:00"));
        for (int i = 0; i < 20; i++) stored.Add(await PredictAsync(stopped));
        Assert.Equal(0, await suite.Hosts[2].StopAsync());
        Assert.Superset(stored.ToHashSet(), (await ReadAsync(suite)).ToHashSet());
    }

    private static async Task<string> PredictAsync(HttpClient http) => (string)(await http.InferAsync("heart").JsonAsync())["parameters"]!["prediction_id"]!;

    /// <summary>Ids of the requests in the log.</summary>
    private static async Task<List<string>> ReadAsync(RunningSuite suite)
    {
        var log = new LogStore(new BlobServiceClient(suite.Azurite.ConnectionString, StorageClients.BlobOptions()));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        List<string> ids = [];
        await foreach (Table batch in log.ReadAsync(new("heart", "1", now.AddHours(-1), now.AddSeconds(1)), (file, failure) => Assert.Fail($"{file.Name}: {failure.Detail}"), Stop))
            ids.AddRange(Enumerable.Range(0, batch.Rows).Select(row => ((string)batch.Find(LogNames.Id)!.Cell(row)!)[..36]));
        return [.. ids.Distinct()];
    }
}
