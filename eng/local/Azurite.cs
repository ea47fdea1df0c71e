using System.Text.RegularExpressions;

namespace Tidemark.Local;

/// <summary>Where Azurite listens and what it keeps.</summary>
/// <param name="Root">The clone; Azurite is taken from its <c>node_modules</c>.</param>
internal sealed record AzuriteOptions(string Root)
{
    /// <summary>Port of the blob service; queues and tables take the two that follow.</summary>
    /// <value>0: three free ports.</value>
    public int Port { get; init; }

    /// <summary>Folder that data is kept in.</summary>
    /// <value>Null: in memory, gone with the process.</value>
    public string? Folder { get; init; }

    /// <summary>Called for every line that Azurite writes, one for each request.</summary>
    /// <value>Null: it says nothing of requests.</value>
    public Action<string>? LineWritten { get; init; }
}

/// <summary>Azurite, Microsoft's storage emulator, as a child process. It ends when this process ends, even by <c>kill -9</c>.</summary>
internal sealed partial class Azurite : IAsyncDisposable
{
    // The account that every Azurite has; the key is published in its documentation and protects nothing.
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly AzuriteOptions options;
    private ChildProcess process;
    private int[] ports;

    private Azurite(AzuriteOptions options, ChildProcess process, int[] ports) =>
        (this.options, this.process, this.ports) = (options, process, ports);

    /// <summary>For the Azure Storage SDKs and <c>AzureWebJobsStorage</c>.</summary>
    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};" +
        $"BlobEndpoint=http://127.0.0.1:{ports[0]}/{Account};" +
        $"QueueEndpoint=http://127.0.0.1:{ports[1]}/{Account};" +
        $"TableEndpoint=http://127.0.0.1:{ports[2]}/{Account};";

    public int Id => process.Id;

    /// <summary>Ends with a sentence when the process ends, wanted or not.</summary>
    public Task<string> Ended => EndedAsync(process);

    /// <summary>Starts it and waits until blobs, queues and tables are served.</summary>
    /// <exception cref="SetupException">Node or Azurite is missing, a port is taken, or it died.</exception>
    public static async Task<Azurite> StartAsync(AzuriteOptions options)
    {
        int[] wanted = options.Port == 0 ? [0, 0, 0] : [options.Port, options.Port + 1, options.Port + 2];
        var (process, ports) = await LaunchAsync(options, wanted);
        return new(options, process, ports);
    }

    /// <summary>Takes it down: what a storage outage looks like. Data in a folder stays.</summary>
    public Task StopAsync() => process.StopAsync(Patience);

    /// <summary>Brings it back on the same ports and the same folder.</summary>
    public async Task StartAgainAsync()
    {
        await process.DisposeAsync();
        (process, ports) = await LaunchAsync(options, ports);
    }

    public async ValueTask DisposeAsync()
    {
        // In a folder it wants to write its catalogue first.
        if (options.Folder is not null) await process.StopAsync(TimeSpan.FromSeconds(5));
        await process.DisposeAsync();
    }

    private static async Task<(ChildProcess, int[])> LaunchAsync(AzuriteOptions options, int[] ports)
    {
        string script = Path.Combine(options.Root, "node_modules/azurite/dist/src/azurite.js");
        if (!File.Exists(script)) throw new SetupException("Azurite is not installed here: run `npm ci` in the clone (./run and ./test do).");
        string[] data = options.Folder is null ? ["--inMemoryPersistence"] : ["--location", options.Folder];
        var process = ChildProcess.Start("node",
            [
                "--require", Path.Combine(AppContext.BaseDirectory, "exit-with-parent.cjs"), script,
                "--blobPort", $"{ports[0]}", "--queuePort", $"{ports[1]}", "--tablePort", $"{ports[2]}",
                .. data, .. options.LineWritten is null ? (string[])["--silent"] : [], "--skipApiVersionCheck", "--disableTelemetry",
            ],
            environment: null, "install Node.js 20 or later and try again.", options.LineWritten);
        try
        {
            string?[] lines = await Task.WhenAll(
                ((string[])["Blob", "Queue", "Table"]).Select(s => process.WaitForLineAsync(l => l.StartsWith($"Azurite {s} service is successfully listening"))))
                .WaitAsync(Patience);
            if (lines.Contains(null)) throw new SetupException(await EndedAsync(process));
            return (process, [.. lines.Select(l => int.Parse(LastNumber().Match(l!).Value))]);
        }
        catch (Exception e)
        {
            await process.DisposeAsync();
            throw e is TimeoutException
                ? new SetupException($"Azurite did not start within {Patience.TotalSeconds:0} s; its last lines: {Last(process)}", e)
                : e;
        }
    }

    private static async Task<string> EndedAsync(ChildProcess process)
    {
        int code = await process.Exited;
        string? taken = process.Output.Select(l => TakenPort().Match(l)).FirstOrDefault(m => m.Success)?.Groups[1].Value;
        return taken is null
            ? $"Azurite ended with exit code {code}; its last lines: {Last(process)}"
            : $"Port {taken}, which Azurite needs, is taken: stop what listens there, or choose other ports with `./run --storage-port N` (0: any free ones).";
    }

    private static string Last(ChildProcess process) => string.Join(" | ", process.Output.TakeLast(5));

    [GeneratedRegex(@"\d+$")]
    private static partial Regex LastNumber();

    [GeneratedRegex(@"EADDRINUSE.*:(\d+)")]
    private static partial Regex TakenPort();
}
