using Tidemark.Local;

namespace Tidemark.Tests.EndToEnd;

/// <summary>The real suite as a process, on an Azurite of its own: the names of queues and tables are the suite's, not the test's.</summary>
internal sealed class RunningSuite : IAsyncDisposable
{
    private readonly List<HostProcess> hosts = [];
    private readonly List<HttpClient> clients = [];

    private RunningSuite(Azurite azurite) => Azurite = azurite;

    public Azurite Azurite { get; }

    public HostProcess Host => hosts[0];

    /// <summary>All that were started, in order.</summary>
    public IReadOnlyList<HostProcess> Hosts => hosts;

    /// <summary>The one started last.</summary>
    public HostProcess LastHost => hosts[^1];

    /// <summary>Calls the first host.</summary>
    public HttpClient Http => clients[0];

    public static async Task<RunningSuite> StartAsync(AzuriteOptions? storage = null, params (string Name, string Value)[] settings)
    {
        var suite = new RunningSuite(await Azurite.StartAsync(storage ?? new(Repository.Root)));
        try
        {
            await suite.StartHostAsync(settings);
            return suite;
        }
        catch
        {
            await suite.DisposeAsync();
            throw;
        }
    }

    /// <summary>One more host on the same storage; a client that calls it.</summary>
    public async Task<HttpClient> StartHostAsync(params (string Name, string Value)[] settings)
    {
        var host = await HostProcess.StartAsync(new(Repository.Root)
        {
            Settings = new Dictionary<string, string?>(settings.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value)))
            {
                ["AzureWebJobsStorage"] = Azurite.ConnectionString,
                ["BlobWatcher__models"] = "model-intake|/model.onnx",
                ["BlobWatcher__incoming"] = "batch-intake",
                ["BlobWatcher__feedback"] = "feedback",
            },
        });
        hosts.Add(host);
        clients.Add(new HttpClient { BaseAddress = host.Address, Timeout = TimeSpan.FromSeconds(60) });
        await Eventually.TrueAsync(async () => (await clients[^1].GetAsync("v2/health/ready")).IsSuccessStatusCode, "the host is ready");
        return clients[^1];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in clients) client.Dispose();
        foreach (var host in hosts) await host.DisposeAsync();
        await Azurite.DisposeAsync();
    }
}
