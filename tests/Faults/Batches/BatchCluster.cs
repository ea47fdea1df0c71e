using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using CsvHelper;
using Tidemark.Local;
using Tidemark.Tests.EndToEnd;
using Tidemark.Tests.Registry;
using Xunit;

namespace Tidemark.Tests.Faults.Batches;

/// <summary>Real host processes on one Azurite, each behind a proxy of its own, with leases and shards small enough for a test.</summary>
internal sealed class BatchCluster : IAsyncDisposable
{
    /// <summary>How long a message of a killed host stays out of sight.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);

    public const string ModelName = "plane";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly Azurite azurite;
    private readonly List<BatchHost> hosts = [];

    private BatchCluster(Azurite azurite) => this.azurite = azurite;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>An Azurite with the model registered; no host is left running.</summary>
    public static async Task<BatchCluster> StartAsync()
    {
        var cluster = new BatchCluster(await Azurite.StartAsync(new(Repository.Root)));
        try
        {
            await using var host = await cluster.StartHostAsync();
            using var http = new HttpClient { BaseAddress = host.Process.Address };
            await Eventually.TrueAsync(async () => (await http.GetAsync("v2/health/ready", Stop)).IsSuccessStatusCode, "the host is ready");
            // On a busy machine storage may be too slow for a call; both may be repeated.
            await Eventually.TrueAsync(async () => (await http.RegisterAsync(ModelName, SeededFile.Model)).IsSuccessStatusCode, "the model is registered");
            await Eventually.TrueAsync(async () => (await http.PromoteAsync(ModelName, "1", seen: null)).StatusCode is HttpStatusCode.OK or HttpStatusCode.PreconditionFailed, "the model is promoted");
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <param name="prepare">Sets the proxy up before the host sends its first call.</param>
    public async Task<BatchHost> StartHostAsync(Action<StorageProxy>? prepare = null, params (string Name, string Value)[] settings)
    {
        var proxy = StorageProxy.Start(azurite.ConnectionString);
        prepare?.Invoke(proxy);
        var all = new Dictionary<string, string?>
        {
            ["AzureWebJobsStorage"] = proxy.ConnectionString,
            ["Embedded__QueueLease"] = Lease.ToString(),
            ["AzureFunctionsJobHost__extensions__queues__maxPollingInterval"] = "00:00:00.200",
            ["AzureFunctionsJobHost__extensions__queues__visibilityTimeout"] = "00:00:00.100",
            ["BatchScoring__ShardBytes"] = "16384",
            ["BatchScoring__BlockBytes"] = "2048",
            ["BatchScoring__Lease"] = Lease.ToString(),
        };
        foreach (var (name, value) in settings) all[name] = value;
        var process = await HostProcess.StartAsync(new(Repository.Root) { Settings = all });
        var host = new BatchHost(process, proxy);
        hosts.Add(host);
        return host;
    }

    /// <summary>Drops the file and announces it, as the watcher or Event Grid does.</summary>
    public async Task<BatchJob> DropAsync(SeededFile file, string name)
    {
        var blob = new BlobContainerClient(azurite.ConnectionString, "incoming").GetBlobClient($"{ModelName}/{name}");
        var uploaded = await blob.UploadAsync(new BinaryData(file.Bytes), overwrite: true, Stop);
        string tag = uploaded.Value.ETag.ToString("G").Trim('"');
        var job = new BatchJob(file, blob.Name, tag, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"incoming\n{blob.Name}\n{tag}"))));
        await AnnounceAsync(job);
        return job;
    }

    /// <summary>The state in which the job's row says that it has ended. Fails when nothing has changed in its shards for a while, however slow the machine is.</summary>
    public async Task<string> EndAsync(BatchJob job)
    {
        string last = "";
        for (long since = TimeProvider.System.GetTimestamp(); ;)
        {
            string state = await StateAsync(job);
            if (state is "Completed" or "CompletedWithFailures" or "Failed" or "Cancelled") return state;
            string now = $"{state}, {await ShardsAsync(job)}";
            if (now != last) (last, since) = (now, TimeProvider.System.GetTimestamp());
            else if (TimeProvider.System.GetElapsedTime(since) > Patience) Assert.Fail($"The job stands still: {last}. The hosts say:\n{string.Join('\n', hosts.SelectMany(h => h.Process.Output.TakeLast(15)))}");
            await Task.Delay(Pause, TimeProvider.System, Stop);
        }
    }

    /// <summary>What is in storage of a job, read without any of the suite's code.</summary>
    public async Task<BatchHistory> HistoryAsync(BatchJob job)
    {
        byte[]? result = await ReadAsync("results", $"{job.Id}/predictions.csv");
        return new()
        {
            Input = job.File.Rows,
            InputSha256 = HistoryChecker.Hash(job.File.Bytes),
            InputETag = job.ETag,
            Result = result,
            Scored = result is null ? [] : Results(result),
            Quarantined = Quarantine(await ReadAsync("quarantine", $"{job.Id}/rows.jsonl")),
            Manifest = await ReadAsync("results", $"{job.Id}/manifest.json") is { } manifest ? Figures(JsonNode.Parse(manifest)!) : null,
            Complete = await StateAsync(job) is "Completed" or "CompletedWithFailures",
        };
    }

    /// <summary>Ends in the state wanted, and the checker finds nothing.</summary>
    public async Task<BatchHistory> AssertKeptAsync(BatchJob job, string state = "Completed")
    {
        Assert.Equal(state, await EndAsync(job));
        var history = await HistoryAsync(job);
        Assert.Empty(HistoryChecker.Check(history));
        return history;
    }

    /// <summary>Messages on a queue, those out of sight included.</summary>
    public async Task<int> WaitingAsync(string queue) =>
        (await new QueueClient(azurite.ConnectionString, queue).GetPropertiesAsync(Stop)).Value.ApproximateMessagesCount;

    public async ValueTask DisposeAsync()
    {
        foreach (var host in hosts) await host.DisposeAsync();
        await azurite.DisposeAsync();
    }

    /// <summary>Puts the event on the queue, once more if it was there.</summary>
    public Task AnnounceAsync(BatchJob job) => new QueueClient(azurite.ConnectionString, "batch-intake")
        .SendMessageAsync(Events.Created(job.Path, "incoming").Replace("0x8DE", job.ETag, StringComparison.Ordinal), Stop);

    /// <summary>The state in the job's row; empty while there is none.</summary>
    public async Task<string> StateAsync(BatchJob job)
    {
        var found = await new TableClient(azurite.ConnectionString, "batches").GetEntityIfExistsAsync<TableEntity>("jobs", $"job:{job.Id}", cancellationToken: Stop);
        return found.HasValue ? found.Value!.GetString("State") : "";
    }

    /// <summary>Whether all shards of the job are known.</summary>
    public async Task<bool> IsPlannedAsync(BatchJob job) =>
        (await new TableClient(azurite.ConnectionString, "batches").GetEntityAsync<TableEntity>("jobs", $"job:{job.Id}", cancellationToken: Stop)).Value.GetBoolean("Planned") == true;

    private async Task<string> ShardsAsync(BatchJob job)
    {
        int known = 0, begun = 0, finished = 0;
        await foreach (var shard in new TableClient(azurite.ConnectionString, "shards").QueryAsync<TableEntity>($"PartitionKey eq '{job.Id}'", select: ["State", "Attempt"], cancellationToken: Stop))
        {
            known++;
            begun += shard.GetInt32("Attempt") ?? 0;
            finished += shard.GetInt32("State") >= 2 ? 1 : 0;
        }
        return $"{finished} of {known} shards finished after {begun} attempts";
    }

    private async Task<byte[]?> ReadAsync(string container, string path)
    {
        var blob = new BlobContainerClient(azurite.ConnectionString, container).GetBlobClient(path);
        return await blob.ExistsAsync(Stop) ? (await blob.DownloadContentAsync(Stop)).Value.Content.ToArray() : null;
    }

    private static List<ResultRow> Results(byte[] csv)
    {
        using var reader = new CsvReader(new StreamReader(new MemoryStream(csv)), CultureInfo.InvariantCulture);
        reader.Read();
        reader.ReadHeader();
        var rows = new List<ResultRow>();
        while (reader.Read()) rows.Add(new(reader["row"]!, reader.GetField<double>("score")));
        return rows;
    }

    private static List<QuarantinedRow> Quarantine(byte[]? lines) => lines is null ? [] :
        [.. Encoding.UTF8.GetString(lines).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!)
            .Select(row => new QuarantinedRow((long)row["row"]!, string.IsNullOrEmpty((string?)row["reason"]) ? "" : (string)row["rule"]!, (string)row["text"]!))];

    private static ManifestFigures Figures(JsonNode manifest) => new(
        (string)manifest["state"]!, (long)manifest["rows"]!, (long)manifest["scored"]!, (long)manifest["quarantined"]!,
        manifest["summary"]!["reasons"]!.AsObject().ToDictionary(r => r.Key, r => (long)r.Value!),
        (string)manifest["input"]!["eTag"]!, (string)manifest["input"]!["sha256"]!, (string?)manifest["predictionsSha256"] ?? "", [.. manifest["columns"]!.AsArray().Select(c => (string)c!)], Shards(manifest));

    private static ShardFigures[] Shards(JsonNode manifest) => [.. manifest["shards"]!.AsArray().Select(s => new ShardFigures(
        (long)s!["firstRow"]!, (long)s["rows"]!, (long)s["scored"]!, (long)s["quarantined"]!, (long)s["resultBytes"]!, (string?)s["resultSha256"] ?? ""))];
}

/// <summary>A host process and the proxy through which it reaches storage.</summary>
internal sealed record BatchHost(HostProcess Process, StorageProxy Proxy) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        await Proxy.DisposeAsync();
    }
}

/// <param name="Path">Of the dropped file in its container.</param>
/// <param name="ETag">Of the dropped file.</param>
/// <param name="Id">As the promise says: SHA-256 of container, path and ETag.</param>
internal sealed record BatchJob(SeededFile File, string Path, string ETag, string Id);
