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
        output.Flush();
    }

    private static double PerRow(double seconds, BatchFigure figure) => seconds / figure.Rows;

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
