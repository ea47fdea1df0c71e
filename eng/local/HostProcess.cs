using System.Text.RegularExpressions;

namespace Tidemark.Local;

/// <summary>What the host process is started with.</summary>
/// <param name="Root">The clone; the suite is taken from its build output (Release).</param>
internal sealed record HostOptions(string Root)
{
    /// <value>0: any free port; null: the one in <c>local.settings.json</c>.</value>
    public int? Port { get; init; } = 0;

    /// <summary>Settings that go before those of <c>local.settings.json</c>, e.g. <c>AzureWebJobsStorage</c>.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>Called for every line that the host writes.</summary>
    public Action<string>? LineWritten { get; init; }

    /// <value>The suite itself; tests also start small apps of their own.</value>
    public string Project { get; init; } = "Functions";
}

/// <summary>The suite on its embedded runtime, as a child process. It ends when this process ends, even by <c>kill -9</c>.</summary>
internal sealed partial class HostProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(45);
    private readonly ChildProcess process;

    private HostProcess(ChildProcess process, Uri address) => (this.process, Address) = (process, address);

    /// <summary>E.g. <c>http://127.0.0.1:7071/</c>.</summary>
    public Uri Address { get; }

    public int Id => process.Id;

    /// <summary>What it wrote, lines of both streams in order.</summary>
    public IReadOnlyList<string> Output => process.Output;

    /// <summary>Ends with a sentence when the process ends, wanted or not.</summary>
    public Task<string> Ended => EndedAsync(process);

    /// <summary>Starts it and waits until it listens.</summary>
    /// <exception cref="SetupException">It is not built, a port is taken, or it died.</exception>
    public static async Task<HostProcess> StartAsync(HostOptions options)
    {
        string assembly = Path.Combine(options.Root, "artifacts/bin", options.Project, "release", $"Tidemark.{options.Project}.dll");
        if (!File.Exists(assembly)) throw new SetupException("The suite is not built: run `dotnet build Functions.sln -c Release` (./run and ./test do).");
        var settings = new Dictionary<string, string?>(options.Settings)
        {
            ["DOTNET_STARTUP_HOOKS"] = Path.Combine(AppContext.BaseDirectory, "Tidemark.Local.dll"),
        };
        settings.TryAdd("Compute__Local__Command", $"dotnet \"{Path.Combine(options.Root, "artifacts/bin/Trainer/release/Tidemark.Trainer.dll")}\"");
        var process = ChildProcess.Start("dotnet", [assembly, .. Arguments(options)], settings, "install the .NET 10 SDK and try again.", options.LineWritten);
        try
        {
            string? line = await process.WaitForLineAsync(l => StartedLine().IsMatch(l)).WaitAsync(StartPatience);
            return line is null
                ? throw new SetupException(await EndedAsync(process))
                : new(process, new Uri(StartedLine().Match(line).Groups[1].Value));
        }
        catch (Exception e)
        {
            await process.DisposeAsync();
            throw e is TimeoutException
                ? new SetupException($"The host did not start within {StartPatience.TotalSeconds:0} s; its last lines: {Last(process)}", e)
                : e;
        }
    }

    /// <summary>The first line, written already or to come, that contains <paramref name="text"/>; null when it ended without.</summary>
    public Task<string?> WaitForLineAsync(string text) => process.WaitForLineAsync(l => l.Contains(text, StringComparison.Ordinal));

    /// <summary>SIGTERM: it drains what is running and ends. Returns the exit code.</summary>
    public Task<int> StopAsync() => process.StopAsync(StopPatience);

    /// <summary><c>kill -9</c>: no warning, nothing is drained.</summary>
    public Task<int> KillAsync() => process.KillAsync();

    public ValueTask DisposeAsync() => process.DisposeAsync();

    private static string[] Arguments(HostOptions options) => options.Port is { } port ? ["--port", $"{port}"] : [];

    private static async Task<string> EndedAsync(ChildProcess process)
    {
        int code = await process.Exited;
        string? taken = process.Output.Select(l => TakenPort().Match(l)).FirstOrDefault(m => m.Success)?.Groups[1].Value;
        return taken is null
            ? $"The host ended with exit code {code}; its last lines: {Last(process)}"
            : $"Port {taken} is taken: stop what listens there, or choose another with `./run --port N` (0: any free one).";
    }

    private static string Last(ChildProcess process) => string.Join(" | ", process.Output.TakeLast(5));

    [GeneratedRegex("^Host started: (http://.*)$")]
    private static partial Regex StartedLine();

    [GeneratedRegex(@"^Port (\d+) (is taken|can't be used)")]
    private static partial Regex TakenPort();
}
