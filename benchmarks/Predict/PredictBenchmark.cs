namespace Tidemark.Benchmarks.Predict;

/// <summary>What one peer showed in one window.</summary>
/// <param name="PerSecond">Requests answered per second.</param>
/// <param name="P50">Median latency in microseconds.</param>
/// <param name="P99">99th percentile of the latency in microseconds.</param>
/// <param name="Cpu">Microseconds of CPU time of the server process, user and system, per request answered.</param>
/// <param name="Memory">Resident MiB at the end of the window.</param>
internal sealed record Measurement(double PerSecond, double P50, double P99, double Cpu, double Memory);

/// <summary>
/// One-row prediction over loopback. On shared cores absolute figures wander by a factor of two from minute to minute, ratios
/// within a round hold: every round measures each peer once, one after the other, and what is reported is the median over rounds
/// of the ratio to <see cref="Peers.Reference"/> of the same round.
/// </summary>
internal static class PredictBenchmark
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(string root, PredictOptions options, TextWriter output)
    {
        string folder = Directory.CreateTempSubdirectory("tidemark-bench-").FullName;
        try
        {
            foreach (string model in options.Models) await MeasureAsync(root, folder, Workload.Create(model), options, output);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task MeasureAsync(string root, string folder, Workload workload, PredictOptions options, TextWriter output)
    {
        await using var peers = new Peers(root, folder);
        var servers = new List<Peer>();
        foreach (string name in options.Peers)
        {
            try
            {
                servers.Add(await peers.StartAsync(name, workload));
            }
            catch (BenchmarkException e) when (name == Peers.Foreign)
            {
                await output.WriteLineAsync($"{name} is left out: {e.Message}");
            }
        }
        foreach (Peer server in servers) Load(server, workload, options.Connections.Max(), WarmUp);

        foreach (int connections in options.Connections)
        {
            var rounds = new List<Measurement[]>();
            for (int round = 0; round < options.Rounds; round++)
                rounds.Add([.. servers.Select(server => Measure(server, workload, connections, TimeSpan.FromSeconds(options.Seconds)))]);
            PredictReport.Write(output, workload, connections, [.. servers.Select(s => s.Name)], options.Seconds, rounds);
        }
    }

    private static Measurement Measure(Peer server, Workload workload, int connections, TimeSpan window)
    {
        TimeSpan before = server.Cpu;
        LoadResult load = Load(server, workload, connections, window);
        double cpu = (server.Cpu - before).TotalMicroseconds / load.Answered;
        return new Measurement(load.PerSecond, load.Microseconds(0.5), load.Microseconds(0.99), cpu, server.Memory);
    }

    private static LoadResult Load(Peer server, Workload workload, int connections, TimeSpan window)
    {
        try
        {
            return LoadGenerator.Run(server.Port, workload, connections, window);
        }
        catch (BenchmarkException e)
        {
            throw new BenchmarkException($"{server.Name}, model {workload.Model}: {e.Message}");
        }
    }
}
