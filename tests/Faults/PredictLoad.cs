using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Tidemark.Tests.EndToEnd;

namespace Tidemark.Tests.Faults;

/// <summary>Clients that ask one after the other, as fast as they get answers, until stopped.</summary>
internal sealed class PredictLoad : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<string> failures = new();
    private readonly ConcurrentQueue<(int Worker, string Version)> versions = new();
    private readonly Task[] workers;
    private int answered, stale;
    private volatile bool lastWasFresh;

    private PredictLoad(HttpClient http, string model, int count) =>
        workers = [.. Enumerable.Range(0, count).Select(worker => Task.Run(() => AskAsync(http, model, worker)))];

    public int Answered => answered;

    /// <summary>Answers with the header that says that storage could not be asked.</summary>
    public int Stale => stale;

    public bool LastWasFresh => lastWasFresh;

    /// <summary>What was not answered with 200, or not with the right figures.</summary>
    public IReadOnlyCollection<string> Failures => failures;

    /// <summary>The versions that answered each worker, in order.</summary>
    public ILookup<int, string> Versions => versions.ToLookup(v => v.Worker, v => v.Version);

    public static PredictLoad Start(HttpClient http, string model, int workers) => new(http, model, workers);

    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(workers);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stop.Dispose();
    }

    private async Task AskAsync(HttpClient http, string model, int worker)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var content = new StringContent(Heart.InferBody, Encoding.UTF8, "application/json");
                using var reply = await http.PostAsync($"v2/models/{model}/infer", content);
                Note(worker, reply, await reply.Content.ReadAsStringAsync());
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                failures.Enqueue(e.Message);
            }
        }
    }

    private void Note(int worker, HttpResponseMessage reply, string body)
    {
        if (reply.StatusCode != HttpStatusCode.OK || JsonNode.Parse(body) is not { } answer || Probability(answer) is not { } p || Math.Abs(p - Heart.Expected[0]) > 1e-5)
        {
            failures.Enqueue($"{(int)reply.StatusCode}: {body}");
            return;
        }
        Interlocked.Increment(ref answered);
        bool isStale = reply.Headers.Contains("tidemark-model-stale");
        if (isStale) Interlocked.Increment(ref stale);
        lastWasFresh = !isStale;
        versions.Enqueue((worker, (string)answer["model_version"]!));
    }

    private static double? Probability(JsonNode answer) =>
        (double?)answer["outputs"]!.AsArray().Single(o => (string?)o!["name"] == "probabilities")!["data"]![1];
}
