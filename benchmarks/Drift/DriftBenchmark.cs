using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Tidemark.Benchmarks.Predict;

namespace Tidemark.Benchmarks.Drift;

/// <summary>Measures every peer as a process of its own, round by round, and refuses figures of peers that disagree.</summary>
internal static class DriftBenchmark
{
    private static readonly string[] Ours = ["exact", "verdict", "memory"];

    public static async Task RunAsync(string root, int columns, int rows, int rounds, TextWriter output, CancellationToken cancellation)
    {
        string folder = Directory.CreateTempSubdirectory("tidemark-bench-").FullName;
        try
        {
            (string before, string now) = (Path.Combine(folder, "reference.f64"), Path.Combine(folder, "current.f64"));
            DriftData.Write(before, columns, rows, current: false);
            DriftData.Write(now, columns, rows, current: true);
            string? python = await PythonAsync(cancellation);
            if (python is null)
                output.WriteLine("scipy and numpy are left out: no python3 can import them (apt-get install python3-scipy).");
            string[] peers = python is null ? Ours : [.. Ours, "numpy", "scipy"];
            var measured = new List<Dictionary<string, JsonNode>>();
            for (int round = 0; round < rounds; round++)
            {
                var figures = new Dictionary<string, JsonNode>();
                foreach (string peer in peers)
                {
                    figures[peer] = JsonNode.Parse(Ours.Contains(peer)
                        ? await RunAsync(Environment.ProcessPath!, ["drift-pass", peer, before, now, rows.ToString(CultureInfo.InvariantCulture)], cancellation)
                        : await RunAsync(python!, [Path.Combine(root, "benchmarks/Drift/scipy_drift.py"), peer, before, now, rows.ToString(CultureInfo.InvariantCulture)], cancellation))!;
                    if (!Ours.Contains(peer))
                        Agree(figures["exact"], figures[peer], peer);
                }
                measured.Add(figures);
            }
            Report(output, peers, measured, columns, rows);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Statistics to 1e-9, p-values (which numpy has not) to 1e-6.</summary>
    private static void Agree(JsonNode exact, JsonNode other, string peer)
    {
        foreach ((JsonNode? ours, JsonNode? theirs) in exact["answers"]!.AsArray().Zip(other["answers"]!.AsArray()))
        {
            for (int i = 0; i < 5; i++)
            {
                (double a, double b) = ((double)ours![i]!, (double)theirs![i]!);
                if (!(i == 1 && peer == "numpy") && Math.Abs(a - b) > (i == 1 ? 1e-6 : 1e-9) * Math.Max(Math.Abs(a), Math.Abs(b)) + 1e-300)
                    throw new BenchmarkException(string.Create(CultureInfo.InvariantCulture, $"Statistic {i} is {a} here and {b} with {peer}, so no figure counts."));
            }
        }
    }

    private static async Task<string?> PythonAsync(CancellationToken cancellation)
    {
        foreach (string python in new[] { "python3", "/usr/bin/python3" })
        {
            try
            {
                await RunAsync(python, ["-c", "import scipy"], cancellation);
                return python;
            }
            catch (Exception e) when (e is BenchmarkException or System.ComponentModel.Win32Exception)
            {
            }
        }
        return null;
    }

    private static async Task<string> RunAsync(string program, string[] arguments, CancellationToken cancellation)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> said = process.StandardError.ReadToEndAsync(cancellation);
        string text = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode == 0 ? text : throw new BenchmarkException($"{program} {arguments[0]} ended with {process.ExitCode}: {await said}");
    }

    private static void Report(TextWriter output, string[] peers, List<Dictionary<string, JsonNode>> rounds, int columns, int rows)
    {
        double Median(Func<Dictionary<string, JsonNode>, double> figure) => PredictReport.Median(rounds.Select(figure));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{columns} columns x {rows:n0} rows, reference against current; medians of {rounds.Count} rounds"));
        output.WriteLine($"{"",-8} {"CPU s",8} {"wall s",8} {"x numpy",8} {"x scipy",8}   (CPU ratios within a round)");
        foreach (string peer in peers)
        {
            string Times(string other) => peers.Contains(other) ? Median(r => (double)r[other]["cpu"]! / (double)r[peer]["cpu"]!).ToString("0.00", CultureInfo.InvariantCulture) : "";
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{peer,-8} {Median(r => (double)r[peer]["cpu"]!),8:0.00} {Median(r => (double)r[peer]["seconds"]!),8:0.00} {Times("numpy"),8} {Times("scipy"),8}"));
        }
    }
}
