using System.Diagnostics;
using System.Text.Json.Nodes;
using Tidemark.Drift.Verdicts;
using Tidemark.Platform.Tabular;

namespace Tidemark.Benchmarks.Drift;

/// <summary>Our side: Kolmogorov-Smirnov with its p-value, Wasserstein, PSI and Jensen-Shannon of every column, or the whole verdict; one line of JSON.</summary>
internal static class DriftPass
{
    public static int Run(string what, string reference, string current, int rows, TextWriter output)
    {
        double[][] before = DriftData.Read(reference, rows), now = DriftData.Read(current, rows);
        for (int i = 0; i < 4; i++) // so that the compiler has done its work, as in a service that runs
            Pass(what, before[..2], now[..2]);
        using var self = Process.GetCurrentProcess();
        TimeSpan cpu = self.TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        double[][] answers = Pass(what, before, now);
        double seconds = watch.Elapsed.TotalSeconds;
        self.Refresh();
        output.WriteLine(new JsonObject
        {
            ["seconds"] = seconds,
            ["cpu"] = (self.TotalProcessorTime - cpu).TotalSeconds,
            ["answers"] = new JsonArray([.. answers.Select(a => new JsonArray([.. a.Select(v => (JsonNode)v)]))]),
        }.ToJsonString());
        return 0;
    }

    private static double[][] Pass(string what, double[][] before, double[][] now) => what switch
    {
        "exact" => [.. before.Zip(now, Exact)],
        "verdict" => [.. DriftComparison.Compare(Table(before), Table(now), DriftPolicy.Default).Columns.Select(c => (double[])[c.Effect ?? 0, c.Chance ?? 0, c.Distance ?? 0, 0, 0])],
        _ => [.. before.Zip(now, Memory)],
    };

    private static double[] Exact(double[] before, double[] now)
    {
        var pair = new ColumnPair(ColumnSample.Of(before), ColumnSample.Of(now));
        return [pair.Difference.Largest, Measurement.Of(DriftTest.KolmogorovSmirnov, pair).PValue, pair.Difference.Area,
            Measurement.Of(DriftTest.PopulationStability, pair).Statistic, Measurement.Of(DriftTest.JensenShannon, pair).Statistic];
    }

    /// <summary>Reads both sides once: what the memory allows.</summary>
    private static double[] Memory(double[] before, double[] now) =>
        [System.Numerics.Tensors.TensorPrimitives.Sum(before) + System.Numerics.Tensors.TensorPrimitives.Sum(now), 0, 0, 0, 0];

    private static Table Table(double[][] columns) => new Table([.. columns.Select((values, i) =>
    {
        var column = new RealColumn($"f{i}");
        foreach (double value in values)
            column.Append(value);
        return column;
    })]).Filled(columns[0].Length);
}
