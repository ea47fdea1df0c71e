using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Tidemark.Benchmarks.Models;
using Tidemark.Benchmarks.Predict;
using Tidemark.Local;

namespace Tidemark.Benchmarks.Batch;

/// <summary>The suite itself: one host process on Azurite, a file in its storage scored into its storage.</summary>
internal sealed partial class SuiteBatch : IAsyncDisposable
{
    private const int WarmingRows = 200_000;
    private const int MostWarming = 12;
    private const string Rules = "rows";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private readonly Azurite azurite;
    private readonly HostProcess host;
    private readonly HttpClient http;
    private readonly string model;
    private readonly long[] requests;
    private int files;

    private SuiteBatch(Azurite azurite, HostProcess host, string model, long[] requests)
    {
        (this.azurite, this.host, this.model, this.requests) = (azurite, host, model, requests);
        http = new HttpClient { BaseAddress = host.Address, Timeout = TimeSpan.FromSeconds(60) };
    }

    /// <summary>Starts both and scores small files until they need no less CPU, so that the compiler has done its work as in a service that runs.</summary>
    /// <param name="folder">Where Azurite keeps its data.</param>
    /// <param name="rules">Whether rows will be held to rules.</param>
    public static async Task<SuiteBatch> StartAsync(string root, string folder, string model, bool rules, CancellationToken cancellation)
    {
        long[] requests = [0];
        Azurite azurite = await Azurite.StartAsync(new AzuriteOptions(root)
        {
            Folder = folder,
            LineWritten = line => { if (line.Contains("\" ", StringComparison.Ordinal)) Interlocked.Increment(ref requests[0]); },
        });
        HostProcess host = await HostProcess.StartAsync(new HostOptions(root) { Settings = new Dictionary<string, string?> { ["AzureWebJobsStorage"] = azurite.ConnectionString } });
        var suite = new SuiteBatch(azurite, host, model, requests);
        await SuiteModel.ServeAsync(host.Address.Port, model, BenchmarkModels.Create(model));
        if (rules) await suite.PutRulesAsync(cancellation);
        double best = double.MaxValue;
        for (int i = 0; i < MostWarming; i++)
        {
            double now = (await suite.MeasureAsync(WarmingRows, rules, cancellation)).Cpu;
            if (i > 3 && now > 0.95 * best) break;
            best = Math.Min(best, now);
        }
        return suite;
    }

    /// <summary>From asking for the job until the time at which its record says that it was complete; uploading the file is not counted.</summary>
    /// <param name="rules">Whether rows are held to rules.</param>
    public async Task<BatchFigure> MeasureAsync(long rows, bool rules, CancellationToken cancellation)
    {
        BlobClient file = new BlobContainerClient(azurite.ConnectionString, "incoming").GetBlobClient($"{model}/{files++}.csv");
        await using (Stream to = await file.OpenWriteAsync(overwrite: true, new BlobOpenWriteOptions { BufferSize = 8 << 20 }, cancellation)) BatchData.Write(to, rows);

        (TimeSpan cpu, TimeSpan storage, long before) = (Peer.CpuOf(host.Id), Peer.CpuOf(azurite.Id), Interlocked.Read(ref requests[0]));
        DateTimeOffset asked = TimeProvider.System.GetUtcNow();
        JsonNode job = await JsonAsync(http.PostAsJsonAsync("api/batches", new { blob = $"incoming/{file.Name}", suite = rules ? Rules : null }, cancellation));
        while ((string?)job["state"] is "Pending" or "Running" or "Committing")
        {
            await Task.Delay(Pause, TimeProvider.System, cancellation);
            job = await JsonAsync(http.GetAsync($"api/batches/{job["id"]}", cancellation));
        }
        (cpu, storage) = (Peer.CpuOf(host.Id) - cpu, Peer.CpuOf(azurite.Id) - storage);
        long transactions = Interlocked.Read(ref requests[0]) - before;
        if ((string?)job["state"] != "Completed") throw new BenchmarkException($"The suite's job ended as {job.ToJsonString()}");

        DateTimeOffset finished = (DateTimeOffset)job["finished"]!, started = (DateTimeOffset)job["started"]!;
        (long scored, double sum) = await SumAsync((string)job["id"]!, cancellation);
        await file.DeleteAsync(cancellationToken: cancellation);
        return new(scored, sum, (finished - asked).TotalSeconds, cpu.TotalSeconds, PeakOf(host.Id), storage.TotalSeconds, transactions, await ShardsAsync((string)job["id"]!, cancellation))
        {
            Waited = (started - asked).TotalSeconds,
        };
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await host.StopAsync();
        await host.DisposeAsync();
        await azurite.DisposeAsync();
    }

    /// <summary>Sixty rules that every row keeps: each of the columns has a number, in a range.</summary>
    private async Task PutRulesAsync(CancellationToken cancellation)
    {
        var expectations = new JsonArray();
        for (int i = 0; i < BenchmarkModels.Features; i++)
        {
            expectations.Add(new JsonObject { ["type"] = "expect_column_values_to_not_be_null", ["kwargs"] = new JsonObject { ["column"] = $"f{i}" } });
            expectations.Add(new JsonObject { ["type"] = "expect_column_values_to_be_between", ["kwargs"] = new JsonObject { ["column"] = $"f{i}", ["min_value"] = -20, ["max_value"] = 20 } });
        }
        using var put = new HttpRequestMessage(HttpMethod.Put, $"api/models/{model}/suites/{Rules}") { Content = JsonContent.Create(new JsonObject { ["name"] = Rules, ["expectations"] = expectations }) };
        put.Headers.TryAddWithoutValidation("If-None-Match", "*");
        using HttpResponseMessage answer = await http.SendAsync(put, cancellation);
        if (!answer.IsSuccessStatusCode) throw new BenchmarkException($"The rules were refused: {await answer.Content.ReadAsStringAsync(cancellation)}");
    }

    private static async Task<JsonNode> JsonAsync(Task<HttpResponseMessage> sending) => JsonNode.Parse(await SuiteModel.SucceedAsync(sending))!;

    /// <summary>Rows of the result, and the sum of its last column of probabilities.</summary>
    private async Task<(long Rows, double Sum)> SumAsync(string job, CancellationToken cancellation)
    {
        using var reader = new StreamReader(await Results(job, "predictions.csv").OpenReadAsync(new BlobOpenReadOptions(allowModifications: false), cancellation));
        int column = Array.FindLastIndex((await reader.ReadLineAsync(cancellation))!.Split(','), name => name.StartsWith("probabilities", StringComparison.Ordinal));
        (long rows, double sum) = (0, 0);
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            sum += double.Parse(line.Split(',')[column], CultureInfo.InvariantCulture);
            rows++;
        }
        return (rows, sum);
    }

    private async Task<double[]> ShardsAsync(string job, CancellationToken cancellation)
    {
        BlobDownloadResult manifest = await Results(job, "manifest.json").DownloadContentAsync(cancellation);
        return [.. JsonNode.Parse(manifest.Content)!["shards"]!.AsArray().Select(s => (double)s!["seconds"]!)];
    }

    private BlobClient Results(string job, string name) => new BlobContainerClient(azurite.ConnectionString, "results").GetBlobClient($"{job}/{name}");

    private static long PeakOf(int process) => 1024 * long.Parse(Peak().Match(File.ReadAllText($"/proc/{process}/status")).Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"VmHWM:\s+(\d+) kB")]
    private static partial Regex Peak();
}
