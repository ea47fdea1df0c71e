using System.Globalization;

namespace Tidemark.Benchmarks.Predict;

/// <summary>The table of one model and one number of connections.</summary>
internal static class PredictReport
{
    public static void Write(TextWriter output, Workload workload, int connections, string[] peers, double seconds, IReadOnlyList<Measurement[]> rounds)
    {
        int reference = Array.IndexOf(peers, Peers.Reference), suite = Array.IndexOf(peers, "suite");
        output.WriteLine();
        output.WriteLine(Line($"model {workload.Model}, {connections} connection{(connections == 1 ? "" : "s")}, {workload.Request(0).Length} bytes a request; medians of {rounds.Count} rounds of {seconds:0.#} s"));
        output.WriteLine(Line($"{"",-8} {"requests/s",10} {"p50 us",8} {"p99 us",8} {"CPU us/req",10} {"RSS MiB",8} | x hand: {"CPU",5} {"(range)",13} {"requests/s",10} | x suite: {"CPU",5}"));
        for (int peer = 0; peer < peers.Length; peer++)
        {
            double Median(Func<Measurement, double> figure) => PredictReport.Median(rounds.Select(r => figure(r[peer])));
            output.Write(Line($"{peers[peer],-8} {Median(m => m.PerSecond),10:n0} {Median(m => m.P50),8:0} {Median(m => m.P99),8:0} {Median(m => m.Cpu),10:0.0} {Median(m => m.Memory),8:0}"));
            if (reference >= 0)
            {
                double[] cpu = [.. rounds.Select(r => r[peer].Cpu / r[reference].Cpu).Order()];
                double throughput = PredictReport.Median(rounds.Select(r => r[peer].PerSecond / r[reference].PerSecond));
                output.Write(Line($" |         {PredictReport.Median(cpu),5:0.00} {$"{cpu[0]:0.00} to {cpu[^1]:0.00}",13} {throughput,10:0.00}"));
            }
            if (reference >= 0 && suite >= 0) output.Write(Line($" |          {PredictReport.Median(rounds.Select(r => r[peer].Cpu / r[suite].Cpu)),5:0.00}"));
            output.WriteLine();
        }
        output.Flush();
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
