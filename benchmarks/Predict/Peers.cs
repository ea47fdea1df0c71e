using Tidemark.Local;

namespace Tidemark.Benchmarks.Predict;

/// <summary>Starts each peer with a model. All listen on a free loopback port and end with this process.</summary>
internal sealed class Peers(string root, string folder) : IAsyncDisposable
{
    /// <summary>What the others are set in proportion to.</summary>
    public const string Reference = "hand";

    /// <summary>Not of this toolchain: left out, with the reason, where its packages are not to be had.</summary>
    public const string Foreign = "fastify";

    /// <summary>The suite without its prediction log: what the log costs is the difference.</summary>
    public const string Unlogged = "suite-unlogged";

    private readonly List<IAsyncDisposable> started = [];

    /// <summary>In the order in which they are measured.</summary>
    public static string[] All { get; } = [Reference, "suite", Unlogged, "naive", Foreign];

    public async Task<Peer> StartAsync(string name, Workload workload)
    {
        string model = Path.Combine(folder, $"{workload.Model}.onnx");
        await File.WriteAllBytesAsync(model, workload.Onnx);
        return name switch
        {
            "suite" or Unlogged => await StartSuiteAsync(name, workload),
            Foreign => Keep(await Peer.StartAsync(name, "node", Path.Combine(root, "benchmarks/fastify/server.mjs"), model)),
            _ => Keep(await Peer.StartAsync(name, Environment.ProcessPath!, "serve", name, model)),
        };
    }

    public async ValueTask DisposeAsync()
    {
        // The suite before the storage that it uses.
        started.Reverse();
        foreach (IAsyncDisposable one in started) await one.DisposeAsync();
    }

    private async Task<Peer> StartSuiteAsync(string name, Workload workload)
    {
        Azurite azurite = Keep(await Azurite.StartAsync(new AzuriteOptions(root)));
        var settings = new Dictionary<string, string?> { ["AzureWebJobsStorage"] = azurite.ConnectionString, ["Telemetry__Prometheus"] = "true", ["PredictionLog__Enabled"] = name == Unlogged ? "false" : "true" };
        Peer peer = Keep(new Peer(name, await HostProcess.StartAsync(new HostOptions(root) { Settings = settings })));
        await SuiteModel.ServeAsync(peer.Port, workload);
        return peer;
    }

    private T Keep<T>(T one)
        where T : IAsyncDisposable
    {
        started.Add(one);
        return one;
    }
}
