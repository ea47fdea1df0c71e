using System.Globalization;
using Tidemark.Benchmarks.Predict;

namespace Tidemark.Benchmarks.Batch;

/// <summary>The table of one model.</summary>
internal static class BatchReport
{
    public static void Write(TextWriter output, string model, string[] peers, List<Dictionary<string, BatchFigure>> rounds, long rows, long bytes)
    {
        double Median(Func<Dictionary<string, BatchFigure>, double> figure) => PredictReport.Median(rounds.Select(figure));
        output.WriteLine();
        output.WriteLine(Line($"model {model}, {rows:n0} rows x 30 columns, {bytes / 1e6:0} MB to CSV; medians of {rounds.Count} rounds; load average {File.ReadAllText("/proc/loadavg").Split(' ')[0]}"));
        output.WriteLine(Line($"{"",-10} {"rows/s",11} {"MB/s",6} {"CPU s",7} {"peak MiB",9} | x span: {"wall",6} {"CPU",6}"));
        foreach (string peer in peers)
        {
            output.Write(Line($"{peer,-10} {Median(r => r[peer].Rows / r[peer].Seconds),11:n0} {Median(r => r[peer].Rows * (double)bytes / rows / 1e6 / r[peer].Seconds),6:0} {Median(r => r[peer].Cpu),7:0.00} {Median(r => r[peer].Peak) / 1048576,9:0} |        "));
            if (peers.Contains(BatchPeers.Span))
                output.Write(Line($"  {Median(r => PerRow(r[BatchPeers.Span].Seconds, r[BatchPeers.Span]) / PerRow(r[peer].Seconds, r[peer])),6:0.000} {Median(r => PerRow(r[BatchPeers.Span].Cpu, r[BatchPeers.Span]) / PerRow(r[peer].Cpu, r[peer])),6:0.000}"));
            output.WriteLine();
        }
        if (peers.Contains(BatchBenchmark.Suite)) Suite(output, [.. rounds.Select(r => r[BatchBenchmark.Suite])]);
        output.Flush();
    }

    /// <summary>What only the suite has: storage, and how its shards would spread over more workers than this machine has cores.</summary>
    private static void Suite(TextWriter output, BatchFigure[] figures)
    {
        double Median(Func<BatchFigure, double> figure) => PredictReport.Median(figures.Select(figure));
        output.WriteLine(Line($"suite: {Median(f => f.Transactions):n0} storage transactions, {Median(f => f.Transactions * 10_000.0 / f.Rows):0.0} per 10,000 rows; the emulator took {Median(f => f.StorageCpu):0.00} CPU s"));
        output.WriteLine(Line($"suite: {Median(f => f.Rows / (f.Seconds - f.Waited)):n0} rows/s from the moment on that the host has the job's message; before that it waited {Median(f => f.Waited):0.00} s"));
        output.WriteLine(Line($"suite: four workers against one, by the queue simulated over the shards' times: {Median(f => QueueSimulation.Seconds(f.Shards!, 1) / QueueSimulation.Seconds(f.Shards!, 4)):0.00}x ({Median(f => f.Shards!.Length):0} shards)"));
    }

    private static double PerRow(double seconds, BatchFigure figure) => seconds / figure.Rows;

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
