using System.Globalization;
using System.Text.RegularExpressions;
using Tidemark.Local;

namespace Tidemark.Benchmarks.Predict;

/// <summary>One server under measurement, running with one model.</summary>
internal sealed partial class Peer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private const double TicksPerSecond = 100; // of /proc; USER_HZ is 100 on every Linux that .NET runs on
    private readonly IAsyncDisposable process;
    private readonly int id;

    private Peer(string name, IAsyncDisposable process, int id, int port) => (Name, this.process, this.id, Port) = (name, process, id, port);

    public Peer(string name, HostProcess host)
        : this(name, host, host.Id, host.Address.Port)
    {
    }

    public string Name { get; }

    public int Port { get; }

    /// <summary>CPU time of the process since it started, user and system.</summary>
    public TimeSpan Cpu => CpuOf(id);

    /// <summary>Resident memory in MiB.</summary>
    public double Memory => long.Parse(Kilobytes().Match(File.ReadAllText($"/proc/{id}/status")).Groups[1].Value, CultureInfo.InvariantCulture) / 1024.0;

    public static TimeSpan CpuOf(int process)
    {
        string stat = File.ReadAllText($"/proc/{process}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return TimeSpan.FromSeconds((long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond);
    }

    /// <summary>Starts a program and waits until it says <c>Host started: http://127.0.0.1:{port}</c>.</summary>
    public static async Task<Peer> StartAsync(string name, string program, params string[] arguments)
    {
        ChildProcess process = ChildProcess.Start(program, arguments, environment: null, "build the solution first (./bench does).");
        try
        {
            string? line = await process.WaitForLineAsync(l => Started().IsMatch(l)).WaitAsync(Patience);
            if (line is null) throw new BenchmarkException($"{name} ended before it listened: {string.Join(" | ", process.Output.TakeLast(5))}");
            return new Peer(name, process, process.Id, int.Parse(Started().Match(line).Groups[1].Value, CultureInfo.InvariantCulture));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();

    [GeneratedRegex(@"^Host started: http://127\.0\.0\.1:(\d+)")]
    private static partial Regex Started();

    [GeneratedRegex(@"VmRSS:\s+(\d+) kB")]
    private static partial Regex Kilobytes();
}
